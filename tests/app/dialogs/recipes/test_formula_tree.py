import pytest

from app.dialogs.recipes.formula_tree import Fraction, Group, Node, Root, Row, Scripted, Text, tree_of
from nncore.experiments.recipes import RECIPES
from nncore.experiments.recipes.page import as_text


def line(node: Node) -> str:
    """The tree in a line that shows its structure."""
    match node:
        case Text():
            return f"/{node.text}/" if node.italic else node.text
        case Row():
            return "".join(map(line, node.parts))
        case Group():
            return f"{node.left}{line(node.row)}{node.right}"
        case Fraction():
            return f"{{{line(node.above)} over {line(node.below)}}}"
        case Root():
            return f"root{{{line(node.row)}}}"
        case Scripted():
            sub = f"_{{{line(node.sub)}}}" if node.sub else ""
            return line(node.base) + sub + (f"^{{{line(node.sup)}}}" if node.sup else "")


@pytest.mark.parametrize(
    ("markup", "tree"),
    [
        ("<i>L</i> = −1/<i>n</i> Σ log", "/L/ = −{1 over /n/} Σ log"),
        ("(<i>P</i> − <i>T</i>)/<i>n</i>", "{/P/ − /T/ over /n/}"),
        ("η <i>m</i>/(√<i>v</i> + ε)", "η {/m/ over root{/v/} + ε}"),
        ("(<i>X</i> − mean)/√(variance + ε) + β", "{/X/ − mean over root{variance + ε}} + β"),
        ("<i>A</i><sub>1</sub><sup>T</sup> d<i>Z</i>", "/A/_{1}^{T} d/Z/"),
        ("σ(<i>z</i>)<sup>2</sup> = 1/(1 + e<sup>−<i>z</i></sup>)", "σ(/z/)^{2} = {1 over 1 + e^{−/z/}}"),
        ("<i>z</i> &lt; 0.999", "/z/ < 0.999"),
        ("(1 + (2", "(1 + (2"),
        ("/ √", "/ √"),
        ("<sup>2</sup>", "^{2}"),
    ],
)
def test_a_line_becomes_fractions_roots_and_scripts(markup: str, tree: str) -> None:
    assert line(tree_of(markup)).replace("{ ", "{").replace(" }", "}") == tree


@pytest.mark.parametrize("name", list(RECIPES))
def test_no_sign_of_a_recipe_formula_is_lost(name: str) -> None:
    for formula in RECIPES[name].page.formulas:
        signs = set(line(tree_of(formula)))
        words = {sign for sign in as_text(formula) if sign.isascii() and sign.isalpha()}
        assert words <= signs
