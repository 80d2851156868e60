"""What a run that asked alone, or was broken off, left stale is done by the next one."""

from pathlib import Path

from graph import edit, plan, snakemake

PROMPTS = "resources/polite_speech/prompts.yaml"
READ = ("ask_checkpoint", "parse", "count", "count_semantics", "fit", "gather", "write_report")


def read(run: Path) -> dict[str, int]:
    """How many jobs of the stages from ask to page a dry run wants."""
    jobs = plan(run)
    return {name: jobs.get(name, 0) for name in READ}


def test_requests_that_changed_before_are_read_though_their_checkpoint_must_be_asked(
    run: Path,
) -> None:
    edit(run / "config/config.yaml", "{name_pairs: 1", "{name_pairs: 2")
    wanted = read(run)
    assert wanted["parse"] == 6, "both goals of three checkpoints"
    snakemake(run, "--until", "requests")
    assert read(run) == wanted, "broken off before anybody was asked"
    snakemake(run, "ask")
    assert read(run) == {**wanted, "ask_checkpoint": 0}
    edit(run / PROMPTS, "    Does {speaker} think", "    Would {speaker} say")
    assert read(run) == {**wanted, "parse": 9, "count_semantics": 3}, "and the yes/no prompts too"
