"""The null of test B: how many ties of such firms are local by the usual reach of such trade."""
