"""What an annotation is made of: plain values and small numpy, without files or state."""
