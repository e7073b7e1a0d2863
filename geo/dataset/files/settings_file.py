"""The file `dataset.yaml`: read as text, within bounds, into settings; its text with more of them.

What belongs here: YAML. What does not: what may be set (`geo.settings`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from geo.errors import DatasetError, GeoError, brief
from geo.schema import RAW_TABLES, Type
from geo.settings import Settings
from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from geo.errors import Proposal, Value

__all__ = [
    "SETTINGS_FILE",
    "language_of",
    "read_settings",
    "setting_line",
    "values_of",
    "with_proposals",
]


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
    >>> from geo.errors import Proposal
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
    return f"{_as_yaml(name)}: {_as_yaml(int(value) if is_whole else value)}"  # type: ignore[arg-type]


def _block(name: str, value: Value, reasons: list[str]) -> str:
    return "\n".join([*(f"# {' '.join(why.split())}" for why in reasons), _dumped({name: value})])


def _dumped(values: Mapping[str, Any]) -> str:
    """Settings as YAML: one a line, what is inside them in brackets."""
    return "\n".join(setting_line(name, value) for name, value in values.items())


def _as_yaml(value: Any) -> str:  # noqa: ANN401 - texts, lists and mappings
    text = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=10**9
    )
    return text.removesuffix("\n").removesuffix("\n...")


SETTINGS_FILE = "dataset.yaml"
_LARGEST, _DEEPEST, _LONGEST = 1 << 20, 6, 2000


class _Texts(yaml.SafeLoader):
    """Every value as it is written: YAML would read NO as false, 0111 as 73 and 1:30 as 90."""


def _mapping(loader: _Texts, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise _too_much(
            Text(
                f"the setting {brief(twice)} stands there twice",
                f"設定 {brief(twice)} 出現兩次",
                f"设置 {brief(twice)} 出现两次",
            )
        )
    return loader.construct_mapping(node, deep=True)


_Texts.add_constructor("tag:yaml.org,2002:map", _mapping)
_Texts.yaml_implicit_resolvers = {
    first: [(tag, like) for tag, like in resolvers if tag == "tag:yaml.org,2002:null"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def language_of(folder: Path, file: Path | None = None) -> Language:
    """Language that a folder's settings ask for, also where the rest of them cannot be read.

    Parameters
    ----------
    folder : Path
        The dataset.
    file : Path, optional
        File of settings in the place of its `dataset.yaml`.
    """
    path = file or folder / SETTINGS_FILE
    try:
        text = path.read_bytes()[:_LARGEST].decode("utf-8-sig") if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return Language.EN
    match = re.search(r"^language:\s*['\"]?([A-Za-z-]+)", text, re.MULTILINE)
    known = {str(language): language for language in Language}
    return known.get(match[1], Language.EN) if match else Language.EN


def read_settings(folder: Path, file: Path | None = None) -> Settings:
    """Settings of `dataset.yaml`, or the defaults where there is none.

    Parameters
    ----------
    folder : Path
        The dataset.
    file : Path, optional
        File of settings in the place of its `dataset.yaml`.

    Raises
    ------
    DatasetError
        If it is no file, not YAML, or a setting is unknown or not allowed.
    """
    path = file or folder / SETTINGS_FILE
    if not path.exists():
        return Settings()
    try:
        settings = _settings(path)
        _assert_known_columns(settings)
    except GeoError as error:
        error.language = language_of(folder, file)
        raise
    return settings


def _settings(path: Path) -> Settings:
    if not path.is_file():
        raise DatasetError(
            Text(
                f"{SETTINGS_FILE} is no file; put a text file there, or take it out to use the "
                "defaults.",
                f"{SETTINGS_FILE} 不是檔案；請放入文字檔，或移除以用預設值。",
                f"{SETTINGS_FILE} 不是文件；请放入文本文件，或移除以用默认值。",
            )
        )
    if path.stat().st_size > _LARGEST:
        raise _too_much(Text("it is larger than 1 MB", "大於 1 MB", "大于 1 MB"))
    try:
        values = values_of(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError, ValueError) as error:
        if isinstance(error, GeoError):
            raise
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise DatasetError(
            Text(
                f"{SETTINGS_FILE} cannot be read as YAML in UTF-8"
                f"{f' at line {line}, column {column}' if mark else ''}; correct it, "
                "or take it out to use the defaults.",
                f"{SETTINGS_FILE} 無法以 UTF-8 的 YAML 讀取"
                f"{f'（第 {line} 行第 {column} 字）' if mark else ''}；請改正，或移除以用預設值。",
                f"{SETTINGS_FILE} 无法以 UTF-8 的 YAML 读取"
                f"{f'（第 {line} 行第 {column} 字）' if mark else ''}；请改正，或移除以用默认值。",
            )
        ) from error
    if values is None:
        return Settings()
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise DatasetError(
            Text(
                f"{SETTINGS_FILE} must hold settings such as `years: 2019-2023`, one a line; "
                "correct it, or take it out to use the defaults.",
                f"{SETTINGS_FILE} 應每行一項設定，如 `years: 2019-2023`；請改正，"
                "或移除以用預設值。",
                f"{SETTINGS_FILE} 应每行一项设置，如 `years: 2019-2023`；请改正，"
                "或移除以用默认值。",
            )
        )
    return Settings.from_mapping(_without_nothing(values), file=SETTINGS_FILE)


def values_of(text: str) -> Any:  # noqa: ANN401 - whatever stands there
    """What a text of settings holds: texts, lists and mappings alone.

    Raises
    ------
    DatasetError
        If it grows when it is read, or nests too deeply.
    yaml.YAMLError
        If it is not YAML.
    """
    _assert_bounded(text)
    return yaml.load(text, Loader=_Texts)  # noqa: S506 - the loader builds nothing else


def _without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    """Settings that say something: a key without a value is as if it were not there."""
    return {key: value for key, value in values.items() if value is not None}


def _assert_bounded(text: str) -> None:
    """Refuse what grows when it is read, before anything is built of it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Texts):
        if isinstance(event, yaml.AliasEvent):
            line = _line(event)
            raise _too_much(
                Text(
                    f"line {line} repeats a part by an alias (*), which is not read",
                    f"第 {line} 行以別名（*）重複某部分，不予讀取",
                    f"第 {line} 行以别名（*）重复某部分，不予读取",
                )
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise _too_much(Text("its parts are nested too deeply", "層次過深", "层次过深"))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent) and len(event.value) > _LONGEST:
            line = _line(event)
            raise _too_much(
                Text(
                    f"the value {brief(event.value)} in line {line} is too long",
                    f"第 {line} 行的值 {brief(event.value)} 過長",
                    f"第 {line} 行的值 {brief(event.value)} 过长",
                )
            )


def _line(event: yaml.Event) -> int:
    return 0 if event.start_mark is None else event.start_mark.line + 1


def _too_much(why: Text) -> DatasetError:
    return DatasetError(
        Text(
            f"{SETTINGS_FILE} is not read: {why.en}; write plain settings, one a line.",
            f"{SETTINGS_FILE} 未讀取：{why.zh_hant}；請每行寫一項設定。",
            f"{SETTINGS_FILE} 未读取：{why.zh_hans}；请每行写一项设置。",
        )
    )


def _assert_known_columns(settings: Settings) -> None:
    """Check that what is set by table and column names tables and columns of ours."""
    ours = ("columns", "constants", "missing_where", "patterns", "values")
    for setting in (*ours, "filters"):
        for table, columns in getattr(settings, setting).items():
            if table not in RAW_TABLES:
                raise DatasetError(_no_such(setting, "", table, list(RAW_TABLES)))
            for column in columns if setting in ours else ():
                if column not in RAW_TABLES[table].names:
                    names = list(RAW_TABLES[table].names)
                    raise DatasetError(_no_such(setting, table, column, names))
    for name in settings.ranges:
        table, _, column = name.partition(".")
        numbers = [
            f"{t.name}.{c.name}"
            for t in RAW_TABLES.values()
            for c in t.columns
            if c.type in (Type.NUMBER, Type.INTEGER)
        ]
        if name not in numbers:
            raise DatasetError(_no_such("ranges", "", name, numbers))


def _no_such(setting: str, table: str, name: str, known: list[str]) -> Text:
    where, listed = f"{setting}.{table}" if table else setting, ", ".join(known)
    if not table and setting != "ranges":
        return Text(
            f"{SETTINGS_FILE}: `{where}` names the table {brief(name)}; the tables are {listed}.",
            f"{SETTINGS_FILE}：`{where}` 所指的表 {brief(name)} 不存在；可用的表為 {listed}。",
            f"{SETTINGS_FILE}：`{where}` 所指的表 {brief(name)} 不存在；可用的表为 {listed}。",
        )
    return Text(
        f"{SETTINGS_FILE}: `{where}` names the column {brief(name)}; the columns are {listed}.",
        f"{SETTINGS_FILE}：`{where}` 所指的欄 {brief(name)} 不存在；可用的欄為 {listed}。",
        f"{SETTINGS_FILE}：`{where}` 所指的列 {brief(name)} 不存在；可用的列为 {listed}。",
    )
