"""Where a key stands in a study file, for error messages."""

from tactometer.study import yaml_lines


class Place:
    """Says where a key of a model stands in the study: "study.yaml, line 9, key models.x.y"."""

    def __init__(self, source: str, lines: yaml_lines.Lines, model: str) -> None:
        self._source, self._lines, self._model = source, lines, model

    def __call__(self, *key: str | int) -> str:
        """The place of a key below the model."""
        return yaml_lines.where(self._source, self._lines, ("models", self._model, *key))
