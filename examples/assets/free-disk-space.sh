#!/bin/zsh
# Fails (and so is reported) when the start-up disk has less than 10 GB free.

free_kb=$(/bin/df -k / | /usr/bin/awk 'NR == 2 { print $4 }')
free_gb=$((free_kb / 1024 / 1024))

echo "Free space on the start-up disk: ${free_gb} GB"
[[ ${free_gb} -ge 10 ]]
