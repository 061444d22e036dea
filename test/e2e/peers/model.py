"""A model service of the old kind: transient queues, auto-ack, one record a message. It predicts the sum.

Usage: model.py AMQP_URL
"""
import json
import sys

import pika

connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
channel = connection.channel()
channel.queue_declare(queue='features')
channel.queue_declare(queue='y_pred')


def callback(ch, method, properties, body):
    features = json.loads(body)
    message = {'id': features['id'], 'body': sum(features['body'])}
    channel.basic_publish(exchange='', routing_key='y_pred', body=json.dumps(message))


channel.basic_consume(queue='features', on_message_callback=callback, auto_ack=True)
channel.start_consuming()
