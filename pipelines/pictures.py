"""Figures as metadata, which the Dagster UI shows, and those of the last run beside each asset.

The UI shows a picture in metadata after a click, and one in a description at once. Descriptions
are read when the code location is loaded, so that is when the last pictures get into them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from matplotlib.axes import Axes

    from geo.vocabulary import Language

__all__ = ["keep_pictures", "pictures", "with_last_pictures"]

_IS_PICTURE = "![", "](data:image/"


def pictures(
    drawings: Mapping[str, Callable[[Axes, Language], Axes]], *, language: Language
) -> dict[str, Any]:
    """Pictures by name.

    What cannot be drawn, for want of data, is left out. Where no font has Chinese, words are in
    English: a preview in boxes helps nobody.

    Parameters
    ----------
    drawings : mapping of str to callable
        Name -> what draws it on given Axes in a language.
    language : Language
        Language of the words.
    """
    from geo.errors import GeoError
    from geo.figures import NoFontError, chinese_font, markdown_picture, new_axes
    from geo.vocabulary import Language

    if language is not Language.EN:
        try:
            chinese_font(language)
        except NoFontError:
            language = Language.EN
    made = {}
    for name, draw in drawings.items():
        try:
            ax = draw(new_axes(), language)
        except GeoError:
            continue
        made[name] = dg.MetadataValue.md(markdown_picture(ax, name))
    return made


def keep_pictures(metadata: Mapping[str, Any], file: Path) -> None:
    """Write the first picture among the metadata of an asset to a file, if there is one.

    One alone, since the UI asks for all descriptions at once.
    """
    shown = next((value.value for value in metadata.values() if _is_picture(value)), None)
    if shown is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(shown, encoding="utf-8")


def _is_picture(value: object) -> bool:
    text = value.value if isinstance(value, dg.MarkdownMetadataValue) else None
    return text is not None and text.startswith(_IS_PICTURE[0]) and _IS_PICTURE[1] in text


def with_last_pictures(
    assets: Iterable[dg.AssetsDefinition], folder: Path
) -> list[dg.AssetsDefinition]:
    """Assets whose descriptions end in the pictures that the last run left in a folder."""

    def described(spec: dg.AssetSpec) -> dg.AssetSpec:
        file = folder / f"{spec.key.to_user_string()}.md"
        if not file.is_file():
            return spec
        text = f"{spec.description or ''}\n\n{file.read_text(encoding='utf-8')}"
        return spec.replace_attributes(description=text)

    return [asset.map_asset_specs(described) for asset in assets]
