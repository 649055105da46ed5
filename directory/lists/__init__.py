"""What people keep about organisations for themselves or with their colleagues: bookmarks, lists, words, notes."""
