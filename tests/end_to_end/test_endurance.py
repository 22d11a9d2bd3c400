"""Short forms of the runs by which endurance is measured."""

from benchmarks import hosts, kill, quota


def test_nothing_is_lost_or_wrong_while_the_host_is_killed_and_graph_fails() -> None:
    figures = kill.measure(requests=6, timeout=4, most_kills=2)
    assert (figures["ended"], figures["lost"], figures["wrong"]) == (6, 0, 0), figures
    assert figures["duplicate_effects"] == 0, figures
    assert figures["kills"] > 0


def test_two_hosts_on_one_storage_never_run_a_request_at_once() -> None:
    figures = hosts.measure(requests=4)
    assert (figures["overlapping_runs"], figures["failed"], figures["wrong"]) == (0, 0, 0), figures
    assert figures["failed_by_quota"] == 0, figures


def test_a_worker_that_keeps_to_graph_s_quotas_deletes_everybody_and_is_never_refused() -> None:
    measured = quota.tried(quota.Trial(seconds=60, people=20, share=1.0, quotas=True))
    assert (measured.deletions, measured.answers.writes, measured.answers.throttled) == (20, 80, 0)
