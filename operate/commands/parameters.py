"""Arguments and options that several commands have."""

from typing import Annotated
from uuid import UUID

import typer

RequestId = Annotated[UUID, typer.Argument(metavar="ID", help="The request's id.")]
Note = Annotated[str | None, typer.Option(help="Free text beside the event; removed with what is personal.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
ObjectId = Annotated[UUID, typer.Argument(metavar="OBJECT_ID", help="The account's object id.")]
Tenant = Annotated[str, typer.Argument(help="The tenant's name in the app's settings.")]
