CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  price_cents INTEGER NOT NULL
) STRICT;

INSERT INTO products (name, price_cents) VALUES
  ('Kettle', 2995),
  ('Teapot', 1850),
  ('Cup', 649),
  ('Tray', 1275);

CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  product INTEGER NOT NULL REFERENCES products (id),
  quantity INTEGER NOT NULL,
  total_cents INTEGER NOT NULL,
  note TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'fulfilled')),
  ordered_at TEXT NOT NULL
) STRICT;

CREATE INDEX orders_by_state ON orders (state, id);
