"""Two engines at once, the second one in the midst of the first: on connections of their own, and at
a place that is drawn, so that it is the same again for the same seed."""

import random
import threading
from collections.abc import Callable

from django.db import connection

from campaigns import engine
from tests.campaigns.simulated_clock import Clock, listen, tell_database


class TwoEngines:
    """To be called in place of the engine."""

    def __init__(self, clock: Clock, seed: int | str) -> None:
        self.clock, self.chance = clock, random.Random(f"two engines {seed}")
        self.met = 0  # how often the second one ran while the first was at it

    def __call__(self) -> None:
        self.left = self.chance.randrange(1, 20)
        with connection.execute_wrapper(self._let_the_other_in):
            engine.advance()

    def _let_the_other_in(
        self, execute: Callable, sql: str, params: object, many: bool, context: object
    ) -> object:
        self.left -= 1
        if self.left == 0:
            self.met += 1
            self._run_the_other()
        return execute(sql, params, many, context)

    def _run_the_other(self) -> None:
        problems: list[BaseException] = []
        other = threading.Thread(target=self._advance, args=[problems])
        other.start()
        other.join()
        assert not problems, problems

    def _advance(self, problems: list[BaseException]) -> None:
        try:
            listen()
            tell_database(self.clock.moment)
            with connection.cursor() as cursor:  # whoever waits for the first waits for ever
                cursor.execute("SET lock_timeout = '2s'")
            engine.advance()
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()
