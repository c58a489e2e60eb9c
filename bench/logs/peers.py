"""What other readers in Python take for a log: peers.py NAME FILE.

Prints one JSON object: seconds, CPU seconds, points and the peak of memory in bytes. Each has one thread.
Needs the packages of the peer that is asked for; ends with status 1 where they are not there.
"""

import csv
import json
import os
import re
import resource
import subprocess
import sys
import time


def tensorboard_loader(path):
    from tensorboard.backend.event_processing import event_file_loader

    return sum(len(event.summary.value) for event in event_file_loader.EventFileLoader(path).Load())


def tensorboard_accumulator(path):
    from tensorboard.backend.event_processing import event_accumulator

    every = {"scalars": 0, "tensors": 0}
    accumulator = event_accumulator.EventAccumulator(path, size_guidance=every)
    accumulator.Reload()
    tags = accumulator.Tags()
    return sum(len(accumulator.Scalars(tag)) for tag in tags["scalars"]) + sum(
        len(accumulator.Tensors(tag)) for tag in tags["tensors"]
    )


def python_json(path):
    points = 0
    with open(path) as file:
        for line in file:
            record = json.loads(line)
            points += sum(isinstance(value, (int, float)) for value in record.values()) - 2
    return points


def python_csv(path):
    points = 0
    with open(path, newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            points += len([float(cell) for cell in row]) - 1
    return points


def wandb_datastore(path):
    """Frames with their checksums, and the records decoded."""
    from wandb.proto import wandb_internal_pb2
    from wandb.sdk.internal import datastore

    store = datastore.DataStore()
    store.open_for_scan(path)
    points = 0
    while True:
        data = store.scan_data()
        if data is None:
            return points
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        for item in record.history.item:
            key = item.key or item.nested_key[0]
            if not key.startswith("_"):
                json.loads(item.value_json)
                points += 1


def rustboard(path, options):
    """TensorBoard's loading core in Rust: how long it says that it took to load the folder once."""
    import tensorboard_data_server

    command = [tensorboard_data_server.server_binary(), "--logdir", os.path.dirname(path), "--port", "0"]
    command += ["--reload", "once", "-v", "-v", "--die-after-stdin"] + options
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        found = re.search(r"Finished load cycle \(([0-9.]+)(m?s|µs)\)", line)
        if found:
            break
    else:
        raise SystemExit(f"the server ended with {server.wait()}")
    with open(f"/proc/{server.pid}/status") as status:
        peak = int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024
    with open(f"/proc/{server.pid}/stat") as stat:
        ticks = stat.read().rsplit(")", 1)[1].split()[11:13]
    server.stdin.close()
    server.wait()
    return {
        "seconds": float(found.group(1)) * {"s": 1, "ms": 1e-3, "µs": 1e-6}[found.group(2)],
        "cpuSeconds": sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"),
        "points": None,
        "peak": peak,
    }


READERS = {
    "tensorboard-loader": tensorboard_loader,
    "tensorboard-accumulator": tensorboard_accumulator,
    "python-json": python_json,
    "python-csv": python_csv,
    "wandb-datastore": wandb_datastore,
}
RUSTBOARD = {
    "rustboard": ["--no-checksum"],
    "rustboard-all": ["--checksum", "--samples-per-plugin", "scalars=all"],
}


def measure(read, path):
    cpu = time.process_time()
    began = time.perf_counter()
    points = read(path)
    return {
        "seconds": time.perf_counter() - began,
        "cpuSeconds": time.process_time() - cpu,
        "points": points,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def main():
    name, path = sys.argv[1:]
    try:
        found = rustboard(path, RUSTBOARD[name]) if name in RUSTBOARD else measure(READERS[name], path)
    except ImportError as error:
        raise SystemExit(str(error))
    print(json.dumps(found))


main()
