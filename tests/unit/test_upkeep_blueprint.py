"""The timer: a fault with lists keeps no promise about a request waiting."""

import azure.functions as func
import pytest
from azure.functions.timer import TimerRequest

from shared.domain.bulk.upkeep import BatchUpkeep
from tests.unit.samples import NOW
from tests.unit.world import World
from upkeep_function.blueprint import upkeep_blueprint


def broken() -> BatchUpkeep:
    raise ImportError("a module of the lists")


async def test_what_cannot_be_done_about_lists_is_told_after_the_requests_were_looked_at() -> None:
    world, app = World(), func.FunctionApp()
    app.register_functions(upkeep_blueprint(lambda: world.upkeep, broken))
    (sweep,) = app.get_functions()
    with pytest.raises(ImportError):
        await sweep.get_user_function()(TimerRequest())
    assert await world.upkeep.last_sweep() == NOW
