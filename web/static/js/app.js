/**
 * The entry of every page. Turbo changes pages without letting go of this document, so what is imported here lives on:
 * the behaviour of the kit, which listens on the document and so serves every later page.
 */

import "@hotwired/turbo";
import "fairmatch/kit/ago";
import "fairmatch/kit/controls";
import "fairmatch/kit/countdown";
import "fairmatch/kit/frames";
import "fairmatch/kit/menu";
import "fairmatch/kit/search";
import "fairmatch/kit/tabs";
import "fairmatch/kit/theme";
import "fairmatch/kit/typed";
import "fairmatch/kit/visits";
import "fairmatch/kit/zone";
import "fairmatch/live/ended";
