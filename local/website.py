"""`python -m local.website PORT`: the sample's website on a lifeline; its redirect address has that port."""

import json
import os
import sys

import uvicorn

from local.lifeline import follow_parent
from local.listen import listening
from samples.web.app import website


def main() -> None:
    """Serve until SIGTERM or the end of standard input."""
    follow_parent()
    with listening(int(sys.argv[1])) as socket:
        url = f"http://127.0.0.1:{socket.getsockname()[1]}"
        os.environ["REDIRECT"] = f"{url}/signed-in"
        config = uvicorn.Config(website(), log_level="warning", access_log=False, timeout_graceful_shutdown=1)
        print(json.dumps({"url": url}), flush=True)
        uvicorn.Server(config).run(sockets=[socket])


main()
