"""A metric service of the old kind: transient queues, auto-ack, waiting pairs in two dictionaries.

Usage: metric.py AMQP_URL LOG_FILE
"""
import json
import sys

import pika

connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
channel = connection.channel()
channel.queue_declare(queue='y_true')
channel.queue_declare(queue='y_pred')
truths, predictions = {}, {}
log = open(sys.argv[2], 'a')
log.write('id,y_true,y_pred,absolute_error\n')


def callback(ch, method, properties, body):
    message = json.loads(body)
    (truths if method.routing_key == 'y_true' else predictions)[message['id']] = message['body']
    if message['id'] in truths and message['id'] in predictions:
        y_true, y_pred = truths.pop(message['id']), predictions.pop(message['id'])
        log.write(f"{json.dumps(message['id'])},{y_true},{y_pred},{abs(y_true - y_pred)}\n")
    log.flush()


channel.basic_consume(queue='y_true', on_message_callback=callback, auto_ack=True)
channel.basic_consume(queue='y_pred', on_message_callback=callback, auto_ack=True)
channel.start_consuming()
