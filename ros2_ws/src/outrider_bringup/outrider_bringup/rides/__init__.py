"""What is made of rides at home: the report, exports, and the list that answers questions."""
