"""The industries of the default country and their input-output table, as data.

Codes follow the manner of China's GB/T 4754; the coefficients are invented. Which of the
industries are planted where is not here (`geo.worlds.country`).
"""

from __future__ import annotations

from geo.worlds.recipes import IndustrySpec

__all__ = ["INDUSTRIES", "INPUTS"]


def _of(code: str, name: str, name_zh: str, chain: str, share: float, jobs: float) -> IndustrySpec:
    return IndustrySpec(
        code=code,
        name=name,
        name_zh=name_zh,
        parent=code[0],
        chain=chain,
        share=share,
        jobs=jobs,
    )


INDUSTRIES: tuple[IndustrySpec, ...] = (
    _of("B06", "Coal mining", "煤炭開採", "materials", 1.5, 60),
    _of("C13", "Food processing", "食品加工", "food", 7.0, 18),
    _of("C17", "Textiles", "紡織", "fashion", 4.5, 25),
    _of("C18", "Garments", "服裝", "fashion", 5.0, 22),
    _of("C19", "Zips, buttons and trims", "服裝輔料", "fashion", 2.5, 14),
    _of("C22", "Paper and packaging", "紙與包裝", "materials", 4.0, 16),
    _of("C24", "Small goods", "小商品", "trade", 4.0, 10),
    _of("C26", "Chemicals", "化工", "materials", 4.5, 35),
    _of("C27", "Medicines", "醫藥", "life sciences", 2.5, 40),
    _of("C29", "Plastics", "塑料製品", "materials", 5.0, 16),
    _of("C30", "Building materials", "建材", "materials", 5.0, 20),
    _of("C31", "Steel", "鋼鐵", "materials", 2.0, 80),
    _of("C33", "Metal products", "金屬製品", "machinery", 6.0, 16),
    _of("C34", "Machinery", "通用設備", "machinery", 5.5, 24),
    _of("C36", "Cars", "汽車整車", "cars", 1.5, 120),
    _of("C37", "Car parts", "汽車零部件", "cars", 4.0, 35),
    _of("C38", "Batteries", "電池", "cars", 2.0, 50),
    _of("C39", "Electronic devices", "電子整機", "electronics", 3.5, 40),
    _of("C397", "Electronic parts", "電子元件", "electronics", 4.5, 28),
    _of("C40", "Instruments", "儀器儀表", "machinery", 3.0, 20),
    _of("F51", "Wholesale trade", "批發", "trade", 8.0, 8),
    _of("G59", "Warehousing and freight", "倉儲物流", "services", 6.0, 14),
    _of("I64", "Internet platforms", "互聯網平台", "digital", 2.0, 25),
    _of("I65", "Software", "軟件", "digital", 4.0, 16),
    _of("M73", "Contract research", "研發外包", "life sciences", 2.5, 15),
)

_INPUTS_OF: dict[str, dict[str, float]] = {
    "B06": {"B06": 0.04, "C34": 0.12, "C33": 0.06, "G59": 0.10},
    "C13": {"C13": 0.14, "C22": 0.10, "F51": 0.09, "G59": 0.05},
    "C17": {"C17": 0.20, "C26": 0.16, "C34": 0.04, "G59": 0.04},
    "C18": {"C18": 0.06, "C17": 0.30, "C19": 0.10, "F51": 0.05, "G59": 0.03},
    "C19": {"C19": 0.06, "C17": 0.10, "C29": 0.14, "C33": 0.12},
    "C22": {"C22": 0.16, "C26": 0.14, "C34": 0.04, "G59": 0.05},
    "C24": {"C24": 0.08, "C29": 0.18, "C33": 0.10, "C22": 0.07, "F51": 0.06},
    "C26": {"C26": 0.22, "B06": 0.16, "C34": 0.04, "G59": 0.06},
    "C27": {"C27": 0.10, "C26": 0.16, "M73": 0.14, "C22": 0.05, "C40": 0.04},
    "C29": {"C29": 0.08, "C26": 0.34, "C34": 0.04, "G59": 0.04},
    "C30": {"C30": 0.14, "B06": 0.10, "C26": 0.06, "G59": 0.10},
    "C31": {"C31": 0.16, "B06": 0.24, "C34": 0.05, "G59": 0.07},
    "C33": {"C33": 0.10, "C31": 0.32, "C34": 0.04, "G59": 0.04},
    "C34": {"C34": 0.14, "C31": 0.14, "C33": 0.12, "C397": 0.08, "C40": 0.05},
    "C36": {"C36": 0.03, "C37": 0.34, "C38": 0.14, "C397": 0.05, "C31": 0.06, "I65": 0.02},
    "C37": {"C37": 0.12, "C31": 0.12, "C33": 0.12, "C29": 0.09, "C397": 0.08},
    "C38": {"C38": 0.08, "C26": 0.24, "C397": 0.12, "C33": 0.06, "C34": 0.06},
    "C39": {"C39": 0.08, "C397": 0.36, "C29": 0.08, "I65": 0.05},
    "C397": {"C397": 0.20, "C26": 0.10, "C33": 0.07, "C40": 0.04},
    "C40": {"C40": 0.08, "C397": 0.22, "C33": 0.08, "I65": 0.08},
    "F51": {"F51": 0.04, "G59": 0.16, "I64": 0.06, "C22": 0.04},
    "G59": {"G59": 0.12, "I65": 0.04, "C36": 0.05, "C30": 0.04},
    "I64": {"I64": 0.08, "I65": 0.26, "C39": 0.08},
    "I65": {"I65": 0.16, "I64": 0.10, "C39": 0.08},
    "M73": {"M73": 0.08, "C40": 0.14, "C26": 0.08, "I65": 0.06, "C27": 0.06},
}

INPUTS: tuple[tuple[str, str, float], ...] = tuple(
    (supplier, user, coefficient)
    for user, column in _INPUTS_OF.items()
    for supplier, coefficient in column.items()
)
"""Supplying industry, using industry, input per unit of the user's output."""
