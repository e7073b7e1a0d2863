"""The text of a `dataset.yaml` with more settings: what stands there stays as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from geo.dataset.settings_file import values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo.proposal import Proposal, Value
    from geo.vocabulary import Language

__all__ = ["setting_line", "with_proposals"]


def with_proposals(text: str, proposals: Iterable[Proposal], language: Language) -> str:
    r"""Text of settings to which proposals are added, each with why it is made.

    Parameters
    ----------
    text : str
        Settings as they stand in the file; '' where there are none.
    proposals : iterable of Proposal
        What to add. A setting that is one text stays as it is where it is set already.
    language : Language
        Of the comments.

    Examples
    --------
    >>> from geo.proposal import Proposal
    >>> from geo.vocabulary import Language, Text
    >>> marks = Proposal("missing_values", ["-9"], Text("-9 means nothing", "", ""))
    >>> print(with_proposals("years: 2019-2023  # all\nmissing_values: [x]\n", [marks],
    ...                      Language.EN), end="")
    years: 2019-2023  # all
    <BLANKLINE>
    # -9 means nothing
    missing_values: [x, '-9']
    """
    old = values_of(text)
    values: dict[str, Any] = dict(old) if isinstance(old, dict) else {}
    reasons: dict[str, list[str]] = {}
    for proposal in proposals:
        merged = _merged(values.get(proposal.setting), proposal.value)
        if merged == values.get(proposal.setting):
            continue
        values[proposal.setting] = merged
        why = reasons.setdefault(proposal.setting, [])
        why += [] if proposal.why.in_language(language) in why else [
            proposal.why.in_language(language)
        ]  # fmt: skip
    if not reasons:
        return text
    kept = _without(text, set(reasons)).rstrip()
    added = [_block(name, values[name], reasons[name]) for name in reasons]
    return "\n\n".join([*([kept] if kept else []), *added]) + "\n"


def _merged(old: Value | None, new: Value) -> Value:
    """What was set, with what is to be added; a text that is set stays."""
    if old is None:
        return new
    if isinstance(new, dict):
        if not isinstance(old, dict):
            return old
        result: dict[str, Value] = dict(old)
        for key, value in new.items():
            result[key] = _merged(result.get(key), value)
        return result
    if isinstance(new, list):
        given = [old] if isinstance(old, str) else list(old)
        return [*given, *(item for item in new if item not in given)]
    return old


def _without(text: str, names: set[str]) -> str:
    """Text without the lines of some settings, which stand at the left margin."""
    root = yaml.compose(text, Loader=yaml.SafeLoader) if text.strip() else None
    if not isinstance(root, yaml.MappingNode):
        return text
    if root.flow_style:
        rest = {k: v for k, v in values_of(text).items() if k not in names}
        return _dumped(rest) if rest else ""
    lines = text.splitlines()
    starts = [(key.start_mark.line, key.value) for key, _ in root.value]
    ends = [line for line, _ in starts[1:]] + [len(lines)]
    gone: set[int] = set()
    for (start, name), end in zip(starts, ends, strict=True):
        if name in names:
            # Comments above the next setting are about that one.
            while end > start + 1 and lines[end - 1].lstrip()[:1] in ("", "#"):
                end -= 1  # noqa: PLW2901 - where the block ends is found from its last line
            gone |= set(range(start, end))
    return "\n".join(line for number, line in enumerate(lines) if number not in gone)


def setting_line(name: str, value: Value) -> str:
    """A setting as it stands in the file.

    Examples
    --------
    >>> setting_line("columns", {"firms": {"industry": "NAICS"}})
    'columns: {firms: {industry: NAICS}}'
    """
    is_whole = isinstance(value, str) and value.isascii() and value.isdecimal()
    # A number of digits stands there as a person would write it.
    return f"{_line(name)}: {_line(int(value) if is_whole else value)}"  # type: ignore[arg-type]


def _block(name: str, value: Value, reasons: list[str]) -> str:
    return "\n".join([*(f"# {' '.join(why.split())}" for why in reasons), _dumped({name: value})])


def _dumped(values: Mapping[str, Any]) -> str:
    """Settings as YAML: one a line, what is inside them in brackets."""
    return "\n".join(setting_line(name, value) for name, value in values.items())


def _line(value: Any) -> str:  # noqa: ANN401 - texts, lists and mappings
    text = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=10**9
    )
    return text.removesuffix("\n").removesuffix("\n...")
