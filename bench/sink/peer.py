"""A consumer as one writes it in an afternoon: confluent-kafka reads articles,
protobuf decodes them, psycopg upserts thirteen of their fields, 500 to a
transaction, and the offsets are committed afterwards. No guard, no ledger, no
offsets in the transaction, no index but the key's.

usage: peer.py copy|many BOOTSTRAP TOPIC POSTGRES_URL SCHEMA ROWS PROTO_FOLDER
"""

import importlib
import json
import sys
import uuid

import psycopg
from confluent_kafka import Consumer

BATCH = 500
FIELDS = (
    "article_key", "site", "url", "headline", "description", "byline",
    "article_body", "blocks", "in_language", "date_published", "fetched_at",
    "task_id", "content_hash",
)
NAMES = ", ".join(FIELDS)
UPSERT = (
    f"ON CONFLICT (article_key) DO UPDATE SET "
    + ", ".join(f"{name} = EXCLUDED.{name}" for name in FIELDS[1:])
)


def row_of(article):
    blocks = [{"kind": b.kind, "text": b.text} for b in article.blocks]
    return (
        article.article_key, article.site, article.url, article.headline,
        article.description, article.byline, article.article_body,
        json.dumps(blocks), article.in_language,
        article.date_published.time.ToDatetime(),
        article.fetched_at.ToDatetime(), article.task_id,
        article.content_hash,
    )


def write_by_copy(cursor, schema, rows):
    cursor.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS fresh (LIKE {schema}.articles)"
        " ON COMMIT DELETE ROWS"
    )
    with cursor.copy(f"COPY fresh ({NAMES}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(
        f"INSERT INTO {schema}.articles ({NAMES}) SELECT {NAMES} FROM fresh {UPSERT}"
    )


def write_many(cursor, schema, rows):
    places = ", ".join(["%s"] * len(FIELDS))
    cursor.executemany(
        f"INSERT INTO {schema}.articles ({NAMES}) VALUES ({places}) {UPSERT}", rows
    )


def main():
    how, bootstrap, topic, url, schema, rows, protos = sys.argv[1:]
    sys.path.insert(0, protos)
    article_type = importlib.import_module("newsmill.v1.article_pb2").Article
    write = write_by_copy if how == "copy" else write_many
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": str(uuid.uuid4()),
        "auto.offset.reset": "earliest", "enable.auto.commit": False,
        "session.timeout.ms": 6000,
    })
    consumer.subscribe([topic])
    left = int(rows)
    with psycopg.connect(url) as connection:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {schema}")
            cursor.execute(
                f"CREATE TABLE {schema}.articles (article_key text PRIMARY KEY,"
                " site text, url text, headline text, description text,"
                " byline text, article_body text, blocks jsonb,"
                " in_language text, date_published timestamptz,"
                " fetched_at timestamptz, task_id text, content_hash text)"
            )
            connection.commit()
            while left > 0:
                batch = []
                for message in consumer.consume(min(BATCH, left), timeout=1.0):
                    if message.error():
                        sys.exit(f"the log: {message.error()}")
                    article = article_type()
                    article.ParseFromString(message.value())
                    batch.append(row_of(article))
                if not batch:
                    continue
                write(cursor, schema, batch)
                connection.commit()
                consumer.commit(asynchronous=False)
                left -= len(batch)
    consumer.close()


main()
