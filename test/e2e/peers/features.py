"""A features service of the old kind: transient queues, one record a message, nothing confirmed.

Usage: features.py AMQP_URL ROWS_FILE [PAUSE_SECONDS]; a line of the file is the JSON text of [id, body, truth].
"""
import json
import sys
import time

import pika

pause = float(sys.argv[3]) if len(sys.argv) > 3 else 0.001
connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
channel = connection.channel()
channel.queue_declare(queue='y_true')
channel.queue_declare(queue='features')
for line in open(sys.argv[2]):
    message_id, body, truth = json.loads(line)
    channel.basic_publish(exchange='', routing_key='y_true', body=json.dumps({'id': message_id, 'body': truth}))
    channel.basic_publish(exchange='', routing_key='features', body=json.dumps({'id': message_id, 'body': body}))
    if pause:
        time.sleep(pause)
connection.close()
