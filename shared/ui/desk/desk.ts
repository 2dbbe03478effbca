// The desk's scripts: htmx for parts of a page, and what HTML cannot do alone. Every page works without them.
import "htmx.org";
import "./live";
import "./map";
import "./places";
import "./replay";
import "./board";
