"""Runs the checks of a program and prints what came of each, one JSON object a line."""

import json
import os
import sys
import traceback

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "..", "python"))


def run_checks(checks):
    """Each check is a function; its docstring is its name, an exception its failure."""
    for check in checks:
        try:
            check()
            failure = ""
        except Exception:
            failure = traceback.format_exc()
        print(json.dumps({"name": check.__doc__, "failure": failure}), flush=True)


def close(found, wanted, relative=1e-6, absolute=1e-12):
    if not abs(found - wanted) <= absolute + relative * abs(wanted):
        raise AssertionError(f"found {found!r}, wanted {wanted!r}")


def same(found, wanted):
    if found != wanted:
        raise AssertionError(f"found {found!r}, wanted {wanted!r}")


def refusal(function, *words):
    """The message of the ProbeError that the function raises; it has all these words."""
    from counterweight_probe import ProbeError

    try:
        function()
    except ProbeError as error:
        for word in words:
            if word not in str(error):
                raise AssertionError(f"{word!r} is not in: {error}") from error
        return
    raise AssertionError("nothing was refused")
