"""Weighs the layers that `sam build` has left in .aws-sam against benchmarks/budgets.yaml."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from benchmarks.budgets import Size, layer_sizes
from tools.sam_template import ROOT, read_template

BUILT = ROOT / ".aws-sam" / "build"


def weight(folder: Path) -> Size:
    """Return the kilobytes of all files in a folder, packed and unpacked."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(folder))
    unpacked = sum(file.stat().st_size for file in files)
    return Size(len(packed.getvalue()) / 1000, unpacked / 1000)


def faults(built: Path, layers: set[str], budgets: Mapping[str, Size]) -> Iterator[str]:
    """Yield what is wrong with the built `layers`: not there, without a budget, too large."""
    for name in sorted(layers | budgets.keys()):
        if name not in budgets or name not in layers:
            yield f"{name}: in the template and in the budgets, or in neither"
            continue
        if not (built / name).is_dir():
            yield f"{name}: not built"
            continue
        found, most = weight(built / name), budgets[name]
        for form in ("zipped", "unzipped"):
            kilobytes, bound = getattr(found, form), getattr(most, form)
            if kilobytes > bound:
                yield f"{name}: {kilobytes:,.0f} kB {form}, at most {bound:,.0f}"


def main() -> int:
    """Print the weights and what is too large; 1 when anything is."""
    resources = read_template()["Resources"]
    layers = {
        name for name, each in resources.items() if each["Type"] == "AWS::Serverless::LayerVersion"
    }
    found = list(faults(BUILT, layers, layer_sizes()))
    for name in sorted(layers):
        if (BUILT / name).is_dir():
            size = weight(BUILT / name)
            print(f"{name}: {size.zipped:,.0f} kB zipped, {size.unzipped:,.0f} kB unzipped")
    print("\n".join(found) or "packages: none above its budget")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
