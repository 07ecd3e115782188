"""Sizes, fonts and colours of the window: a theme at a scale. Whatever is drawn on the screen asks here."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication, QPalette

from explorer.charts.style import Theme, theme

FontKind = Literal["base", "small", "bold", "small bold", "title", "headline", "mono"]
_PLAIN_PT = 10.0  # the font size at which `Look.px` counts one pixel as one
_PX_PER_PT = 96 / 72
_FACTORS: dict[str, float] = {"base": 1.0, "small": 0.92, "bold": 1.0, "small bold": 0.92, "title": 1.13, "headline": 2.1, "mono": 0.92}
_BOLD = ("bold", "small bold", "title", "headline")


@dataclass(frozen=True)
class Look:
    """A theme at a UI scale (0.75 to 2.5). Everything grows with the theme's font size times the scale.

    ``least_pt``: no font is smaller, whatever its role: the last row of a room wants to read it.
    """

    theme: Theme
    scale: float = 1.0
    least_pt: float = 0.0

    def px(self, n: float) -> int:
        """``n`` pixels of a 10 pt layout, at this theme and scale; at least 1 unless ``n`` is 0."""
        return max(1, round(n * self.scale * self.theme.font_pt / _PLAIN_PT)) if n else 0

    def font(self, kind: FontKind = "base") -> QFont:
        """A font by its role. Pixel sizes, so that a point means the same on every platform."""
        return QFont(_font(kind, self._pixels(kind)))

    def width(self, kind: FontKind, text: str) -> int:
        """Pixels that ``text`` takes in one line. Remembered: a frame measures hundreds of words, of which few are new."""
        return _width(kind, self._pixels(kind), text)

    def _pixels(self, kind: FontKind) -> int:
        points = max(self.theme.font_pt * self.scale * _FACTORS[kind], self.least_pt)
        return max(7, round(points * _PX_PER_PT))

    def colour(self, name: str, alpha: float = 1.0) -> QColor:
        """A colour of the theme by its field's name (``muted``), with ``alpha`` in 0..1."""
        value = QColor(getattr(self.theme, name))
        value.setAlphaF(alpha)
        return value

    def hue(self, slot: int | None, alpha: float = 1.0) -> QColor:
        """A scenario's hue."""
        value = QColor(self.theme.slot(slot))
        value.setAlphaF(alpha)
        return value


def plain_look() -> Look:
    """What a widget wears until the window hands it something else."""
    return Look(theme("light"))


@lru_cache(maxsize=4096)
def _width(kind: str, pixels: int, text: str) -> int:
    return _metrics(kind, pixels).horizontalAdvance(text)


@cache
def _metrics(kind: str, pixels: int) -> QFontMetrics:
    return QFontMetrics(_font(kind, pixels))


@cache
def _font(kind: str, pixels: int) -> QFont:
    fixed = kind == "mono"
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont) if fixed else QFont(QGuiApplication.font())
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.DemiBold if kind in _BOLD else QFont.Weight.Normal)
    return font


def tip(text: str) -> str:
    """Plain text as a tooltip: whatever it says, nothing in it is read as markup."""
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>" if text else ""


def palette(look: Look) -> QPalette:
    """The theme as a palette, for the application."""
    t, role = look.theme, QPalette.ColorRole
    found = QPalette()
    for names, value in (
        ((role.Window,), t.window),
        ((role.Base, role.AlternateBase), t.card),
        ((role.Button,), t.field),
        ((role.WindowText, role.Text, role.ButtonText, role.BrightText), t.text),
        ((role.PlaceholderText,), t.muted),
        ((role.Highlight, role.Link, role.LinkVisited, role.Accent), t.accent),
        ((role.HighlightedText,), _on(t.accent)),
        ((role.ToolTipBase,), t.tooltip),
        ((role.ToolTipText,), t.tooltip_text),
        ((role.Light, role.Midlight, role.Mid), t.border),
        ((role.Dark, role.Shadow), t.border),
    ):
        for name in names:
            found.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        faint = QColor(t.muted)
        faint.setAlphaF(0.6)
        found.setColor(QPalette.ColorGroup.Disabled, name, faint)
    return found


def _on(background: str) -> str:
    return "#FFFFFF" if QColor(background).lightnessF() < 0.6 else "#10131A"


def stylesheet(look: Look) -> str:
    """The window's style sheet. It sets no fonts (those would override every ``setFont``) and loads nothing.

    Widgets opt in with a dynamic property ``kind``: ``card`` (QFrame), ``primary``, ``flat``, ``icon`` (buttons; an icon has no padding), ``side`` (QScrollArea), ``mono`` (QLabel), ``rule`` (QFrame, a hairline).
    """
    return _FRAMES.format(**_names(look)) + _CONTROLS.format(**_names(look)) + _PICKS.format(**_names(look)) + _BARS.format(**_names(look))


def _names(look: Look) -> dict[str, str | int]:
    t = look.theme
    sizes = {f"p{n}": look.px(n) for n in (1, 2, 3, 4, 5, 6, 8, 10, 12, 24)}
    colours = {k: str(getattr(t, k)) for k in ("window", "card", "field", "border", "text", "muted", "grid", "accent", "track")}
    return {**sizes, **colours, "tooltip": t.tooltip, "tooltip_text": t.tooltip_text, "bad": t.bad, "on_accent": _on(t.accent)}


_FRAMES = """
QMainWindow, QDialog {{ background: {window}; }}
QFrame[kind="card"] {{ background: {card}; border: 1px solid {border}; border-radius: {p8}px; }}
QFrame[kind="rule"] {{ background: {grid}; border: 0; max-height: 1px; min-height: 1px; }}
QScrollArea[kind="side"], QScrollArea[kind="side"] > QWidget > QWidget[kind="side"] {{ background: {card}; border: 0; }}
QLabel[kind="mono"] {{ background: {grid}; border: 0; border-radius: {p5}px; padding: {p6}px {p8}px; }}
QToolTip {{ background: {tooltip}; color: {tooltip_text}; border: 0; padding: {p4}px; }}
QSplitter::handle {{ background: {window}; }}
"""
_CONTROLS = """
QLineEdit {{ background: {field}; color: {text}; border: 1px solid {border}; border-radius: {p4}px; padding: 0 {p4}px;
  selection-background-color: {accent}; selection-color: {on_accent}; }}
QLineEdit:hover {{ border-color: {muted}; }}
QLineEdit:focus {{ border: {p1}px solid {accent}; }}
QPlainTextEdit {{ background: {field}; color: {text}; border: 1px solid {border}; border-radius: {p4}px; padding: {p2}px; }}
QPlainTextEdit:focus {{ border: {p1}px solid {accent}; }}
QLineEdit[wrong="true"] {{ border: {p1}px solid {bad}; color: {bad}; }}
QPushButton, QToolButton {{ background: {card}; color: {text}; border: 1px solid {border}; border-radius: {p6}px;
  padding: {p4}px {p10}px; }}
QPushButton:hover, QToolButton:hover {{ background: {window}; border-color: {muted}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {track}; }}
QPushButton:focus, QToolButton:focus {{ border: {p2}px solid {accent}; padding: {p3}px {p8}px; }}
QPushButton:disabled, QToolButton:disabled {{ color: {muted}; background: {window}; }}
QToolButton::menu-indicator {{ image: none; width: 0; }}
QPushButton[kind="primary"], QToolButton[kind="primary"] {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton[kind="primary"]:hover, QToolButton[kind="primary"]:hover {{ background: {muted}; color: {card}; }}
QPushButton[kind="primary"]:disabled {{ background: {track}; color: {muted}; border-color: {track}; }}
QPushButton[kind="primary"]:focus, QToolButton[kind="primary"]:focus {{ border: {p2}px solid {text}; }}
QPushButton[kind="icon"], QToolButton[kind="icon"], QPushButton[kind="icon"]:focus, QToolButton[kind="icon"]:focus {{ padding: 0; }}
QPushButton[kind="flat"], QToolButton[kind="flat"] {{ background: transparent; border: 1px solid transparent; padding: {p2}px {p4}px; }}
QPushButton[kind="flat"]:hover, QToolButton[kind="flat"]:hover {{ background: {window}; }}
QPushButton[kind="flat"]:focus, QToolButton[kind="flat"]:focus {{ border: 1px solid {accent}; }}
"""
_PICKS = """
QRadioButton {{ spacing: {p6}px; color: {text}; }}
QRadioButton::indicator {{ width: {p10}px; height: {p10}px; border: {p1}px solid {muted}; border-radius: {p6}px; background: {field}; }}
QRadioButton::indicator:hover {{ border-color: {accent}; }}
QRadioButton::indicator:checked {{ background: {accent}; border-color: {accent}; }}
QRadioButton:focus {{ color: {accent}; }}
QProgressBar {{ background: {track}; border: 0; border-radius: {p4}px; color: {text}; text-align: center; }}
QProgressBar::chunk {{ background: {accent}; border-radius: {p4}px; }}
QListWidget {{ background: {card}; color: {text}; border: 1px solid {border}; border-radius: {p6}px; }}
QListWidget::item {{ padding: {p4}px; }}
QListWidget::item:selected {{ background: {track}; color: {text}; }}
"""
_BARS = """
QTabBar::tab {{ background: transparent; color: {muted}; border: 0; border-bottom: {p2}px solid transparent;
  padding: {p5}px {p5}px {p4}px {p5}px; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; }}
QTabBar::tab:focus {{ color: {accent}; }}
QTabBar::scroller {{ width: {p24}px; }}
QTabBar QToolButton, QTabBar QToolButton:focus {{ padding: 0; border-radius: 0; }}
QScrollBar:vertical {{ background: transparent; width: {p8}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {p8}px; margin: 0; }}
QScrollBar::handle {{ background: {border}; border-radius: {p3}px; margin: {p1}px; }}
QScrollBar::handle:vertical {{ min-height: {p24}px; }}
QScrollBar::handle:horizontal {{ min-width: {p24}px; }}
QScrollBar::handle:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QMenu {{ background: {card}; color: {text}; border: 1px solid {border}; padding: {p4}px; }}
QMenu::item {{ padding: {p4}px {p24}px {p4}px {p12}px; border-radius: {p4}px; }}
QMenu::item:selected {{ background: {accent}; color: {on_accent}; }}
QMenu::item:disabled {{ color: {muted}; }}
QMenu::separator {{ height: 1px; background: {grid}; margin: {p4}px; }}
"""
