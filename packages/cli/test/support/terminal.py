"""Runs a program in a pseudo-terminal: terminal.py COLUMNS ANSWERS PROGRAM ARGUMENT...

ANSWERS is JSON: a list of [text, typed]. When the text has been printed, the other one is typed. What the terminal shows
goes to standard output; the exit code is the program's.
"""
import fcntl, json, os, pty, struct, sys, termios

columns, answers, program = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:]
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    os.execvp(program[0], program)

printed = b""
from_here = 0
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    printed += data
    os.write(1, data)
    while answers and answers[0][0].encode() in printed[from_here:]:
        expected, typed = answers.pop(0)
        from_here += printed[from_here:].index(expected.encode()) + len(expected.encode())
        os.write(terminal, typed.encode())
_, status = os.waitpid(child, 0)
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
