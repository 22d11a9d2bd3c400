// All that needs a script: a ticket's address, and progress without loading the page again.
"use strict";

// The part after # never leaves the browser by itself, so no log has it. It goes to the server in a form.
const ticket = document.getElementById("ticket");
if (ticket && location.hash.length > 1) {
  ticket.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  ticket.form.requestSubmit();
}
if (ticket) window.addEventListener("hashchange", () => location.reload());

const follow = async () => {
  const shown = document.getElementById("progress");
  if (!shown || !("live" in shown.dataset)) return;
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("progress");
    if (next && next.outerHTML !== shown.outerHTML) shown.replaceWith(next);
  } catch {
    // The next try may find the network again.
  }
  setTimeout(follow, 2000);
};
setTimeout(follow, 1000);
