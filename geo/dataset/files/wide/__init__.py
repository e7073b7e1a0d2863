"""Tables that are published wide, suppliers by users, as rows."""
