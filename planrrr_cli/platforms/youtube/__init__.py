"""YouTube: one resumable upload session makes one video; what it takes, and what its answers mean."""
