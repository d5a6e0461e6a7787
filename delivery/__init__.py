"""From the outbox to where people read: webhooks, Apprise, MQTT and Cursor-on-Target; one file per kind."""
