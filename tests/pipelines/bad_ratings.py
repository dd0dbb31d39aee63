"""Lines of a ratings file: good ones, and for each reason to refuse one, what makes bad ones."""

from itertools import count

MIDNIGHT_AFTER = 1795219200  # DAY has ended
_numbers = count(1)
GOOD_RATINGS = [f"{user},{user % 3 + 1},{user % 10 / 2 + 0.5},{10**9 + user}" for user in range(1, 120_001)]
BAD_RATINGS = {
    "broken encoding": lambda: f"{next(_numbers)},1,4.0,1260759144\udcff",
    "broken quoting": lambda: f'{next(_numbers)},"1,4.0,1260759144',
    "too few columns": lambda: f"{next(_numbers)},1,4.0",
    "too many columns": lambda: f"{next(_numbers)},1,4.0,1260759144,0",
    "no user id": lambda: f",1,4.0,{next(_numbers)}",
    "no movie id": lambda: f"{next(_numbers)},,4.0,1260759144",
    "id not a positive integer": lambda: f"-{next(_numbers)},1,4.0,1260759144",
    "rating not a number": lambda: f"{next(_numbers)},1,***,1260759144",
    "rating outside 0.5 to 5": lambda: f"{next(_numbers)},1,5.5,1260759144",
    "rating off the half-star grid": lambda: f"{next(_numbers)},1,3.3,1260759144",
    "time not a number": lambda: f"{next(_numbers)},1,4.0,2009-12-14",
    "before 1995": lambda: f"{next(_numbers)},1,4.0,700000000",
    "in the future": lambda: f"{next(_numbers)},1,4.0,{MIDNIGHT_AFTER}",
    "unknown movie": lambda: f"{next(_numbers)},99,4.0,1260759144",
    "duplicate": lambda: GOOD_RATINGS[next(_numbers)],
}
N_BAD = {reason: 300 + position for position, reason in enumerate(BAD_RATINGS)}
