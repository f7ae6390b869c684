"""What Facebook and Instagram have in common, since both are Meta's Graph API: calls, replies, limits, versions."""
