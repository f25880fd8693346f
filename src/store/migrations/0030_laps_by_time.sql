-- Laps are thrown away after a while; their sums stay.
CREATE INDEX laps_by_time ON laps (at);
