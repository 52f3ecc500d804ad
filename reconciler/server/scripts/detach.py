"""Turn a command into a daemon. Run as a script with plain `python -I -S`, never imported.

In: PID_FILE LOG_FILE DIRECTORY COMMAND... Out: the daemon's pid in PID_FILE, its output in LOG_FILE.
The pid is written before the command runs and this script returns after it runs, so nobody ever sees
a daemon without its pid file. It must not wait for the daemon.
"""

import os
import sys


def become(pid_file: str, log_file: str, directory: str, command: list[str]) -> None:
    """Replace this (forked) process by the command, cut off from the terminal."""
    os.setsid()
    os.umask(0o077)
    log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with open(pid_file, "w", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(directory)
    os.execv(command[0], command)


def main(pid_file: str, log_file: str, directory: str, *command: str) -> None:
    """Fork, and wait only until the child has become the command."""
    running, ready = os.pipe()  # closed by exec in the child: end of file says "it runs"
    if os.fork() == 0:
        os.close(running)
        try:
            become(pid_file, log_file, directory, list(command))
        except OSError as error:
            os.write(ready, str(error).encode())
        os._exit(1)
    os.close(ready)
    problem = os.read(running, 4096)
    if problem:
        sys.stderr.write(problem.decode())
        os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
