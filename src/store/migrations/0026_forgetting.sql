-- What is to be thrown away is found without a look at what was long ago, or is to stay.
CREATE INDEX releases_kept ON releases (project, app, number) WHERE discarded_at IS NULL;
CREATE INDEX deliveries_ended ON deliveries (created_at) WHERE state IN ('delivered', 'failed');
