"""Conversations with a student's process: its functions look like functions here.

A `Process` runs the worker, in a jail (``jail``). The grader asks it to run a cell,
to call a function, or for a value, and gets plain data back, within a time. What stays in that
process, such as a function, is represented here by a `Remote`.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from itertools import count
from typing import NoReturn

from coursework.sandbox import doors
from coursework.sandbox.jail import ENVIRONMENT, MISSING, Limits, NoJail, shares_its_user, start
from coursework.sandbox.wire import Channel, Closed, Unreadable, content, put_back

SECONDS_TO_START = 20
MOST_LINES = 10**6  # of a cell
SMALL = 0.01  # of the largest message


class Ended(Exception):
    """The student's process ended, was ended, or sent an invalid answer; says which."""


class Lost(Ended):
    """The process had ended before, or ended unasked: other code of the student's can do that."""


class OutOfTime(Exception):
    """The submission has no time left; says so."""


class StudentError(Exception):
    """The student's code raised an error; all details come from the student's process."""

    def __init__(self, kind: object, message: object, line: object):
        self.kind = kind[:1000] if isinstance(kind, str) else "an error"
        self.message = message[:1000] if isinstance(message, str) else ""
        right = isinstance(line, list) and list(map(type, line)) == [str, int]
        self.line = [line[0][:1000], line[1]] if right else None
        super().__init__(f"{self.kind}: {self.message}" if self.message else self.kind)

    @classmethod
    def of(cls, error: object) -> StudentError:
        """The error that the student's process described."""
        described = error if isinstance(error, dict) else {}
        return cls(*(described.get(key) for key in ("kind", "message", "line")))


class Remote:
    """A function or object in the student's process.

    It can be called and its attributes read; both happen in that process, and only plain data comes
    back. It supports nothing else: no method of the student's can influence a comparison.
    """

    def __init__(self, ask: Callable[..., dict], reference: dict, kind: str):
        self._ask, self._reference, self._kind = ask, reference, kind

    def __call__(self, *arguments: object, **keywords: object) -> object:
        """Call it there; changes that the call makes to its arguments are repeated here."""
        given = (list(arguments), keywords)
        answer = self._ask(do="call", target=self, given=given)
        if answer.get("given") is not None:
            put_back(given, answer["given"])
        return answer["value"]

    def __getattr__(self, name: str) -> object:
        # NumPy and others look up such names, which the student's code must not provide.
        if name.startswith("_"):
            raise AttributeError(name)
        return self._ask(do="attribute", target=self, name=name)["value"]

    @property
    def __globals__(self) -> Names:
        """The student's names, as a function has those of its notebook."""
        return Names(self._ask)

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(
            f"a {self._kind} is not plain data: return a number, string, list, dictionary or NumPy "
            f"array, for instance list(...)"
        )

    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = __float__ = _refuse

    def __repr__(self) -> str:
        return f"<{self._kind}>"


class Names:
    """The names in the student's process, of which a test may replace some.

    In a notebook, `step.__globals__.update(forward=right_forward)` makes `step` call the right
    `forward`, whatever the student's own does. It does the same here: the student's function then
    calls back, and never sees the code of the right one.
    """

    def __init__(self, ask: Callable[..., dict]):
        self._ask = ask

    def update(self, **names: object) -> None:
        """Replace these names, or define them."""
        self._ask(do="define", names=names)


class Clock:
    """The remaining time of a submission, over all its processes."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.kept = 0.0  # how much of the largest message the values that tests keep take
        self.end = time.monotonic() + limits.seconds

    def keep(self, share: float) -> None:
        """Count a value that tests keep: all large ones together take as much as one message.

        Raises Ended for one too many.
        """
        if share > SMALL and self.kept + share > 1:
            raise Ended("is too large, or the names before it are")
        self.kept += share

    def seconds(self, most: float) -> float:
        """The seconds for a request, at most these. Raises OutOfTime if none are left."""
        remaining = self.end - time.monotonic()
        if remaining <= 0:
            raise OutOfTime(
                f"came after the {self.limits.seconds:.3g} s of this submission were used up"
            )
        return min(most, remaining)


class Conversation:
    """Requests to a student's process over a stream, and its answers."""

    def __init__(self, stream: socket.socket, clock: Clock):
        self.clock = clock
        self.at: tuple[int, int] | None = None  # the statement that runs, and its line
        self._functions: dict[int, Callable] = {}
        self._numbers = count()
        self._end = ""  # why the conversation ended
        self._stream = stream
        self._channel = Channel(stream, self._refer, self._resolve)

    @property
    def alive(self) -> bool:
        """Whether it can still answer, as far as is known."""
        return self._stream.fileno() >= 0

    def close(self) -> None:
        """End the conversation, and with it the process that waits for the next request."""
        self._stream.close()

    def ask(self, seconds: float | None = None, **request: object) -> dict:
        """The answer to a request, within the time of a call or these seconds.

        Raises StudentError if the student's code raises an error, Ended if the process ends or
        sends an invalid answer, and ValueError for a request too large to send.
        """
        if not self.alive:
            raise Lost(self._end or "belonged to a process that has ended")
        seconds = self.clock.seconds(seconds or self.clock.limits.seconds_a_call)
        deadline = time.monotonic() + seconds
        try:
            self._channel.send(request, deadline)
            answer = self._answer(deadline)
        except TimeoutError:
            raise self._ended(f"did not finish within {seconds:.3g} s") from None
        except Closed:
            self._ended("ended its process, or used more memory or time than allowed")
            raise Lost(self._end) from None
        except Unreadable:
            raise self._ended("returned a value that is too large or not plain data") from None
        if "error" in answer:
            raise StudentError.of(answer["error"])
        if request.get("do") == "names":
            self.clock.keep(self._channel.fullness)
        if "value" not in answer:
            raise self._ended("returned a value that is not plain data")
        return answer

    def _ended(self, reason: str) -> Ended:
        """Close the conversation, and remember why, for those who ask once more."""
        self.close()
        self._end = reason
        return Ended(reason)

    def _answer(self, deadline: float) -> dict:
        """The next message that is an answer; functions of a test are called before it."""
        while True:
            message = self._channel.receive(deadline)
            if "at" in message:
                try:
                    number, line = (min(int(entry), MOST_LINES) for entry in message["at"])
                except (TypeError, ValueError, OverflowError):
                    raise Unreadable from None
                self.at = (number, line)
            elif "call back" in message:
                self._channel.send(self._called_back(message), deadline)
            else:
                return message

    def _called_back(self, request: dict) -> dict:
        """Call a function of a test at the request of the student's code."""
        try:
            arguments, keywords = given = request["given"]
            before = content(given)
            value = self._functions[request["call back"]](*arguments, **keywords)
        except Exception as error:
            return {"error": type(error).__name__}
        return {"value": value, "given": given if content(given) != before else None}

    def _refer(self, value: object) -> dict:
        if isinstance(value, Remote):
            return value._reference
        if callable(value):
            number = next(self._numbers)
            self._functions[number] = value
            return {"function": number}
        raise TypeError(f"a test passes a {type(value).__name__}, which is not plain data")

    def _resolve(self, reference: dict) -> Remote:
        number, kind, _ = reference["object"]
        return Remote(self.ask, {"object": int(number)}, str(kind)[:100])


class Process(Conversation):
    """A student's process, running the worker.

    It can make as many copies of itself as the limits allow, and cannot import the modules
    `forbidden`. `sandbox` False runs the code without a jail, with the rights of this process.
    """

    def __init__(self, clock: Clock, sandbox: bool = True, forbidden: tuple[str, ...] = ()):
        stream, there = socket.socketpair()
        pairs = [socket.socketpair() for _ in range(clock.limits.copies)]
        super().__init__(stream, clock)
        self._spare = [here for here, _ in pairs]
        numbers = [there.fileno() for _, there in pairs]
        try:
            self._running = start(clock.limits, there, sandbox, numbers, forbidden)
        except BaseException:
            for here in (stream, *self._spare):
                here.close()
            raise
        finally:
            for other in (there, *(there for _, there in pairs)):
                other.close()
        deadline = time.monotonic() + SECONDS_TO_START
        settings = {"spare": numbers, "forbidden": list(forbidden)}
        try:
            limits = clock.limits.of_process()
            if not sandbox:  # all processes of this user would count
                del limits["RLIMIT_NPROC"]
            self._channel.send({"limits": limits, **settings}, deadline)
            self._channel.receive(deadline)
        except (Closed, Unreadable, TimeoutError):
            self.close()
            raise NoJail(MISSING) from None

    @property
    def grouped(self) -> bool:
        """Whether the kernel limits what all processes of the submission use together."""
        return bool(self._running.groups)

    def close(self) -> None:
        """End the process and, in a jail, all processes that it started."""
        super().close()
        for stream in self._spare:
            stream.close()
        self._running.end()

    def snapshot(self) -> Conversation:
        """A conversation with a copy of the process in its present state.

        What happens in one of them changes nothing in the other. Raises Ended if the student's code
        left no room for another process.
        """
        for seconds in (0.1, 0.5, 0.0):
            try:
                self.ask(do="snapshot")
                break
            except StudentError:  # its other processes may be about to end
                time.sleep(seconds)
        else:
            raise Ended("left no room for the process of a test")
        return Conversation(self._spare.pop(), self.clock)


def try_jail() -> list[str]:
    """Start a process in a jail, try its doors, and end it. Raises NoJail if that does not work.

    Returns one sentence for each door that is open.
    """
    limits = Limits()
    process = Process(Clock(limits))
    names = doors.to_try(
        processes=limits.processes - 3,
        shared_user=shares_its_user(),
        grouped=process.grouped,
        expected={*ENVIRONMENT, "PYTHONPATH", "PWD", "LC_CTYPE"},
    )
    try:
        process.ask(do="define", names=names)
        process.ask(do="run", source=doors.PROBES, name="doors")
        answer = process.ask(do="names", names=["found"])["value"]
    except (Ended, StudentError) as error:
        raise NoJail(f"{MISSING}\n({error})") from None
    finally:
        process.close()
    return doors.sentences(answer.get("found"))
