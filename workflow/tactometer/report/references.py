"""Bibliography: references of the methods that a study uses, as BibTeX and in short."""

from __future__ import annotations

import re
from dataclasses import dataclass

CITED = re.compile(r"\[@([\w-]+)\]")


@dataclass(frozen=True)
class Reference:
    """A publication: how a text names it, and its BibTeX type and fields."""

    short: str
    kind: str
    fields: dict[str, str]


REFERENCES = {
    "yoon2020polite": Reference(
        "Yoon and others 2020",
        "article",
        {
            "author": "Yoon, Erica J. and Tessler, Michael Henry and Goodman, Noah D. "
            "and Frank, Michael C.",
            "title": "Polite Speech Emerges From Competing Social Goals",
            "journal": "Open Mind",
            "volume": "4",
            "pages": "71--87",
            "year": "2020",
            "doi": "10.1162/opmi_a_00035",
        },
    ),
    "murthy2025cognitive": Reference(
        "Murthy and others 2025",
        "misc",
        {
            "author": "Murthy, Sonia K. and Zhao, Rosie and Hu, Jennifer and Kakade, Sham and "
            "Wulfmeier, Markus and Qian, Peng and Ullman, Tomer",
            "title": "Cognitive models can reveal interpretable value trade-offs in language "
            "models",
            "year": "2025",
            "eprint": "2506.20666",
            "archiveprefix": "arXiv",
        },
    ),
    "plummer2015cuts": Reference(
        "Plummer 2015",
        "article",
        {
            "author": "Plummer, Martyn",
            "title": "Cuts in Bayesian graphical models",
            "journal": "Statistics and Computing",
            "volume": "25",
            "pages": "37--43",
            "year": "2015",
            "doi": "10.1007/s11222-014-9503-z",
        },
    ),
    "frank2012predicting": Reference(
        "Frank and Goodman 2012",
        "article",
        {
            "author": "Frank, Michael C. and Goodman, Noah D.",
            "title": "Predicting Pragmatic Reasoning in Language Games",
            "journal": "Science",
            "volume": "336",
            "number": "6084",
            "pages": "998",
            "year": "2012",
            "doi": "10.1126/science.1218633",
        },
    ),
    "carpenter2017stan": Reference(
        "Carpenter and others 2017",
        "article",
        {
            "author": "Carpenter, Bob and Gelman, Andrew and Hoffman, Matthew D. and Lee, Daniel "
            "and Goodrich, Ben and Betancourt, Michael and Brubaker, Marcus and Guo, Jiqiang "
            "and Li, Peter and Riddell, Allen",
            "title": "Stan: A Probabilistic Programming Language",
            "journal": "Journal of Statistical Software",
            "volume": "76",
            "number": "1",
            "pages": "1--32",
            "year": "2017",
            "doi": "10.18637/jss.v076.i01",
        },
    ),
    "hoffman2014nuts": Reference(
        "Hoffman and Gelman 2014",
        "article",
        {
            "author": "Hoffman, Matthew D. and Gelman, Andrew",
            "title": "The No-U-Turn Sampler: Adaptively Setting Path Lengths in Hamiltonian "
            "Monte Carlo",
            "journal": "Journal of Machine Learning Research",
            "volume": "15",
            "pages": "1593--1623",
            "year": "2014",
        },
    ),
    "vehtari2021rank": Reference(
        "Vehtari and others 2021",
        "article",
        {
            "author": "Vehtari, Aki and Gelman, Andrew and Simpson, Daniel and Carpenter, Bob "
            'and B{\\"u}rkner, Paul-Christian',
            "title": "Rank-Normalization, Folding, and Localization: An Improved $\\widehat{R}$ "
            "for Assessing Convergence of {MCMC}",
            "journal": "Bayesian Analysis",
            "volume": "16",
            "number": "2",
            "pages": "667--718",
            "year": "2021",
            "doi": "10.1214/20-BA1221",
        },
    ),
    "kumar2019arviz": Reference(
        "Kumar and others 2019",
        "article",
        {
            "author": "Kumar, Ravin and Carroll, Colin and Hartikainen, Ari and Martin, Osvaldo",
            "title": "{ArviZ} a unified library for exploratory analysis of {Bayesian} models "
            "in {Python}",
            "journal": "Journal of Open Source Software",
            "volume": "4",
            "number": "33",
            "pages": "1143",
            "year": "2019",
            "doi": "10.21105/joss.01143",
        },
    ),
    "molder2021snakemake": Reference(
        "Mölder and others 2021",
        "article",
        {
            "author": 'M{\\"o}lder, Felix and others',
            "title": "Sustainable data analysis with {Snakemake}",
            "journal": "F1000Research",
            "volume": "10",
            "pages": "33",
            "year": "2021",
            "doi": "10.12688/f1000research.29032.2",
        },
    ),
    "holm1979simple": Reference(
        "Holm 1979",
        "article",
        {
            "author": "Holm, Sture",
            "title": "A Simple Sequentially Rejective Multiple Test Procedure",
            "journal": "Scandinavian Journal of Statistics",
            "volume": "6",
            "number": "2",
            "pages": "65--70",
            "year": "1979",
        },
    ),
    "seabold2010statsmodels": Reference(
        "Seabold and Perktold 2010",
        "inproceedings",
        {
            "author": "Seabold, Skipper and Perktold, Josef",
            "title": "statsmodels: Econometric and statistical modeling with {Python}",
            "booktitle": "Proceedings of the 9th Python in Science Conference",
            "year": "2010",
            "doi": "10.25080/Majora-92bf1922-011",
        },
    ),
    "shapley1953value": Reference(
        "Shapley 1953",
        "incollection",
        {
            "author": "Shapley, Lloyd S.",
            "title": "A Value for n-Person Games",
            "booktitle": "Contributions to the Theory of Games II",
            "publisher": "Princeton University Press",
            "pages": "307--317",
            "year": "1953",
            "doi": "10.1515/9781400881970-018",
        },
    ),
    "vehtari2017practical": Reference(
        "Vehtari and others 2017",
        "article",
        {
            "author": "Vehtari, Aki and Gelman, Andrew and Gabry, Jonah",
            "title": "Practical {Bayesian} model evaluation using leave-one-out cross-validation "
            "and {WAIC}",
            "journal": "Statistics and Computing",
            "volume": "27",
            "pages": "1413--1432",
            "year": "2017",
            "doi": "10.1007/s11222-016-9696-4",
        },
    ),
    "wilson1927probable": Reference(
        "Wilson 1927",
        "article",
        {
            "author": "Wilson, Edwin B.",
            "title": "Probable Inference, the Law of Succession, and Statistical Inference",
            "journal": "Journal of the American Statistical Association",
            "volume": "22",
            "number": "158",
            "pages": "209--212",
            "year": "1927",
            "doi": "10.1080/01621459.1927.10502953",
        },
    ),
    "kwon2023vllm": Reference(
        "Kwon and others 2023",
        "inproceedings",
        {
            "author": "Kwon, Woosuk and others",
            "title": "Efficient Memory Management for Large Language Model Serving with "
            "{PagedAttention}",
            "booktitle": "Proceedings of the 29th Symposium on Operating Systems Principles",
            "year": "2023",
            "doi": "10.1145/3600006.3613165",
        },
    ),
    "vonwerra2020trl": Reference(
        "von Werra and others 2020",
        "misc",
        {
            "author": "von Werra, Leandro and Belkada, Younes and Tunstall, Lewis and others",
            "title": "{TRL}: Transformer Reinforcement Learning",
            "howpublished": "Software, huggingface/trl",
            "year": "2020",
        },
    ),
}


def cited(text: str) -> list[str]:
    """The keys that a text cites as [@key], in order, each once."""
    return list(dict.fromkeys(CITED.findall(text)))


def short(text: str) -> str:
    """A text with its citations as a reader reads them."""
    return CITED.sub(lambda found: f"({REFERENCES[found[1]].short})", text)


def line(key: str) -> str:
    """A reference as one line of text."""
    told = REFERENCES[key]
    title = re.sub(r"[{}]", "", told.fields["title"]).replace("$\\widehatR$", "R-hat")
    place = told.fields.get("journal") or told.fields.get("booktitle") or "arXiv"
    number = told.fields.get("volume") or told.fields.get("eprint", "")
    pages = f": {told.fields['pages'].replace('--', '–')}" if "pages" in told.fields else ""
    return f"{told.short}. {title}. {place} {number}{pages}.".replace(" .", ".")


def bibtex(keys: list[str]) -> str:
    """The BibTeX file of some references."""
    return "\n".join(_entry(key, REFERENCES[key]) for key in keys)


def _entry(key: str, reference: Reference) -> str:
    fields = "".join(f"  {name} = {{{value}}},\n" for name, value in reference.fields.items())
    return f"@{reference.kind}{{{key},\n{fields}}}\n"
