"""What the measuring scripts share: commands, helpers in C, the interleaved loop and its table."""

import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(ROOT / "tests/e2e"), str(ROOT / "tests")]  # harness and tsb_standin


class Command:
    """A command line with its environment, standard input and what to do before each run."""

    def __init__(self, argv, env, stdin=None, cwd=None, before=None):
        self.argv = [str(word) for word in argv]
        self.env = {name: str(value) for name, value in env.items()}
        self.stdin = stdin  # path
        self.cwd = cwd
        self.before = before

    def run(self, stopwatch):
        """Seconds on the wall, seconds of processor time, KiB resident of the larger process."""
        if self.before:
            self.before()
        result = subprocess.run([stopwatch, self.stdin or "/dev/null", *self.argv], env=self.env, cwd=self.cwd,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
        return tuple(float(figure) for figure in result.stdout.split())


def compile_helper(name, folder, *options):
    program = folder / name
    flags = subprocess.check_output(["pkg-config", "--cflags", "p11-kit-1"], text=True).split()
    subprocess.check_call(["cc", "-O2", *flags, *options, "-o", str(program), str(ROOT / f"bench/{name}.c"), "-ldl"])
    return program


def measure(stopwatch, title, commands, rounds, yardstick, digits=2):
    names = list(commands)
    results = {name: [] for name in names}
    for command in commands.values():
        command.run(stopwatch)
    for turn in range(rounds):
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            results[name].append(commands[name].run(stopwatch))
    print(f"\n{title}: {rounds} interleaved rounds\n")
    print(f"| command | wall ms (median) | min | × {yardstick} | user+system ms | × | resident MiB |")
    print("|---|---|---|---|---|---|---|")
    walls = {name: statistics.median(row[0] for row in results[name]) for name in names}
    cpus = {name: statistics.median(row[1] for row in results[name]) for name in names}
    for name in names:
        rows = results[name]
        ratio = statistics.median(row[0] / base[0] for row, base in zip(rows, results[yardstick]))
        print(f"| {name} | {walls[name] * 1e3:.2f} | {min(row[0] for row in rows) * 1e3:.2f} | {ratio:.{digits}f} "
              f"| {cpus[name] * 1e3:.2f} | {cpus[name] / max(cpus[yardstick], 1e-9):.{digits}f} "
              f"| {statistics.median(row[2] for row in rows) / 1024:.1f} |")
    return walls


def add_options(options):
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--plugin", type=pathlib.Path, default=ROOT / "build/release/notation-pkcs11")
    options.add_argument("--pin", type=int, help="run everything on this processor")
    options.add_argument("--real-time", action="store_true", help="SCHED_FIFO, which needs root")


def settle(chosen):
    """Does what --pin and --real-time ask for."""
    if chosen.pin is not None:
        os.sched_setaffinity(0, {chosen.pin})
    if chosen.real_time:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
