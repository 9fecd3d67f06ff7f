#!/bin/sh
# What the startd is told every second of this machine's owner; the agent's Desktop Controller decides it.
exec cat /mnt/node/etc/owner
