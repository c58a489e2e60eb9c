"""Runs the programs of a JSON list from standard input, and prints a JSON list of what each wrote and its exit code."""
import contextlib
import io
import json
import sys
import traceback
import types

runner = sys.modules["__main__"]


def run(program):
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    sys.argv = ["train.py"]
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        try:
            exec(compile(program.encode("utf-8"), "train.py", "exec"), module.__dict__)
            code = 0
        except SystemExit as end:
            code = end.code
        except Exception:
            traceback.print_exc()
            code = 1
    return {"output": output.getvalue(), "code": code}


results = [run(program) for program in json.load(sys.stdin)]
sys.modules["__main__"] = runner
print(json.dumps(results))
