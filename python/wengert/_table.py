# SPDX-License-Identifier: MIT
"""What the headers of C say of calls, structs and words. tools/build/table.py says how it is written, and writes it: make docs."""

CALLS = r"""
# arrange
select@ node a:select_args* | x at `index` of axis, which is dropped
concat@ node a:join_args* | x[0], then x[1], ...
stack@ node a:join_args* | equal shapes, as parts of a new axis
split@ bool a:split_args* | Parts of x along axis. False, after an error: as many of y as there should be are wg_none.
roll@ node a:roll_args* | 
repeat@ node a:repeat_args* | 
tile@ node a:tile_args* | 
index_along@ node a:index_along_args* | i64, shaped as x: 0, 1, 2, ... along axis
diagonal@ node x | y[..., i] = x[..., i, i]
flip@ node a:axes_args* | in reverse order along axes
expand_dims@ node a:axes_args* | the result has these axes more, of size 1
squeeze@ node a:squeeze_args* | without these axes, whose size is 1
slice@ node a:slice_args* | 
pad@ node a:pad_args* | 
tril@ node a:triangle_args* | x[i, j] where j - i <= offset, else 0
triu@ node a:triangle_args* | x[i, j] where j - i >= offset, else 0
# attention
attention@ node a:attention_args* | y = softmax(scale q @ k^T) @ v for each head (Vaswani et al. 2017). q is [..., tokens, width], k is [..., keys, width], v is [..., keys, out]; the first axes are equal. Head i uses part i of `heads` equal parts of the last axes of q, k and v, and gives part i of y, which is [..., tokens, out].
# average
average_new@ average*! p:params* o:average_opts* | Averages of the f32 and f64 values of p, states too. They are kept in double. Freed with the context; free it before p. Parameters that are made later begin with their first values at the next step.
average_free - a:average* | Frees the average. The values of p stay as they are.
average_step@ status a:average* | Takes the present values of p into the averages.
average_use@ status a:average* on:bool | Gives p the averages, or its own values again. In between p must not change: that is an error of the second call.
# base
status_text text s:status | The sentence of a status: "shapes do not fit".
dtype_size size t:dtype | The bytes of an element.
dtype_name text t:dtype | "f32", "f64", "i32", ...
shape_size int64 s:shape | The number of elements. -1: no valid shape (more than 8 axes, a negative size, 2^60 elements).
shape_equal bool a:shape b:shape | Whether two shapes have the same axes.
shape_text text! s:shape buf:text! size:size | "[32,784]", scalars "[]"; returns buf
tensor_item double t:tensor* i:int64 | Element i of a tensor as a double, in row-major order.
no_warnings - user:void* message:text | What is warned of, once for each call site and at most 128 times: wg_backward of a graph that was begun with WG_EVAL and has dropout or batch normalisation; the sixteenth wg_backward without wg_begin on a graph that grows; 10,000,000 nodes since wg_begin; an infinite loss; a loss that compares all pairs, since [n,1] was broadcast with [n]; softmax or sigmoid before a loss that has it in it; batch normalisation of one row; L-BFGS that finds no smaller loss. The text begins with file:line. .on_warning = wg_no_warnings drops warnings.
start@ context*! o:start_opts* | Makes a context. The result is never NULL: without memory, or with wrong options, it is a context that has already failed.
finish int c:context* errors:file | Prints the first error to the stream, if one is given. Frees the context and everything made from it. Returns 0, or the status of the error. A call that got no object at all, wg_optim_step(NULL) say, has no context: its error is kept for the contexts that this thread has used last, and becomes that of the first of them on which wg_failed, wg_message or wg_finish is called. If the thread has no context, it is printed to stderr.
failed status c:context* | the first error's status, WG_OK if there is none
message text c:context* | "model.c:42: matmul: ..."; "" if there is none
utf8_length int s:text | The bytes of the well-formed UTF-8 character at s (RFC 3629: shortest form, no surrogates); 0: there is none, or s is NULL.
plain_text text! s:text buf:text! size:size | Copies s so that a terminal shows it as it is: control bytes (but the ends of lines and tabs) and bytes that are not UTF-8 become \xNN. What has no room is left out, by whole characters. Returns buf. All messages of the library are such texts; use it for names that come from files.
interrupt - c:context* | Ends the computation that runs now, in another thread or around a signal handler, where it may be called, or else the next one: with WG_ERROR_INTERRUPTED. A kernel that runs is not ended.
recover - c:context* | forgets the error, or an interrupt that waits, but not while wg_interrupts_wait is on; nothing else lets a context go on
fail@2 status c:context* s:status format:text more:... | Records an error, as the library does. For layers, loaders and tools. An earlier error stays.
warn@2 - c:context* format:text more:... | Gives a warning, as the library does: once for each call site.
options_fit@2 bool c:context* what:text list:option_list* options:void* | For calls whose options are a list of named.h: whether `options` begins with the mark of the list, the site names all options, and each number is the default or in its range. False: an error is recorded. what: the name of the call, for the message.
inner_options_fit@2 bool c:context* what:text name:text list:option_list* options:void* | The same of options in these options. name: of the member, as "x".
context_dtype dtype c:context* | The dtype of numbers and parameters that have no other.
context_threads int c:context* | How many threads compute.
context_seed uint64 c:context* | The seed of all random draws.
context_allocator allocator* c:context* | The allocator of wg_start; NULL: it had none.
alloc void*! c:context* count:size size:size | count * size bytes, all zero. wg_finish frees them if wg_free does not. NULL, and an error is recorded, when there is no memory.
free - c:context* p:void* | count * size bytes, all zero. wg_finish frees them if wg_free does not. NULL, and an error is recorded, when there is no memory.
site_keep site c:context* arguments:text place:text | A site made of copies of both texts, valid until wg_finish. Equal texts give the same site.
sites_new sites*! c:context* | An empty set of sites.
sites_keep site s:sites* arguments:text place:text | A site of the set, made of copies of both texts.
sites_free - s:sites* | Ends the set: its memory is freed when no node has one of the sites any more.
site_place text s:site | "model.c:42"
site_arguments text s:site | where their text begins; it ends at a newline; "": none
site_argument text s:site k:int buf:text! size:size | Copies the text of argument k to buf, a long one cut, and returns buf. "": there is none.
nearest text word:text candidates:text[] n:int | The candidate nearest to a mistyped word, by edit distance with transpositions; case is ignored. NULL: none is near. The same in steps: wg_nearest_to, wg_nearest_try for each candidate, then look at best.
nearest_to nearest_word word:text | Begins the search for the candidate nearest to a word.
nearest_try bool s:nearest_word*! candidate:text length:size | Looks at a candidate of `length` bytes. True: it is the nearest so far.
meant text word:text kind:word_kind in:language | What to write for a word of another library, in this language. NULL: the word is not known.
number_in text text:text value:double*! | Reads the number that a text begins with, behind blanks and whatever the locale: 12, -0.5, 1e-3, inf, nan, 0x1p-3, 1.0D+01 as Fortran prints it. Returns the place behind it. The text itself: it begins with no number, and *value stays.
doctor - out:file | Prints what this build and machine have, in lines "key: value", as `wengert doctor`. For bug reports.
# check
verdict_name text v:verdict | "pass", "fail", "inconclusive"
gradcheck@ check*! loss p:params* o:gradcheck_opts* | Checks the gradients of a scalar loss with respect to the parameters of p, or with p NULL to all named float inputs that it depends on. (Inputs without a derivative are reported and not counted.) The check runs a copy of the graph in double, in which random draws, such as dropout masks, do not change. The graph, the parameters and the graph's own random draws stay as they are. The result is never NULL. Free it with wg_check_free; it may be used after graph and context are freed.
gradcheck_nodes@ check*! loss x:node[] n:int o:gradcheck_opts* | The same for n nodes of your choice, inputs or parameters.
gradcheck_fn@ check*! f:check_fn() n:size x:double* user:void* o:gradcheck_opts* | course_only: every component, no rules, no slopes. An error that the course's scale cannot see passes: one of a component that is small beside the others, a wrong rule that does not show at this point.
gradcheck_values@ check*! f:check_fn() n:size x:double* gradient:double* user:void* o:gradcheck_opts* | Checks a gradient that is given against the values of f. f is called with g NULL.
gradcheck_op@ check*! op:op* x:node[] n:int attr:void* o:gradcheck_opts* | Checks an op of yours at the values of the operands x: each operand of a float dtype. attr as for wg_apply.
gradcheck_vjp@ check*! nx:size ny:size forward:forward_fn() backward:backward_fn() x:double* user:void* o:gradcheck_opts* | Checks a pair of C functions, as wg_extern takes them: forward computes y from x, backward computes gx = J' gy. The weights gy are random: with ones, errors would be hidden wherever the sum of y is constant.
check_passes@ bool r:check* | For the assertions of any test framework: assert(wg_check_passes(wg_gradcheck(loss, p))). Frees the report. If it does not pass, prints file:line and the report to stderr first.
check_print - r:check* out:file | Prints the report.
check_exit int r:check* | 0 pass, 1 fail, 5 inconclusive
check_free - r:check* | Frees the report, with all that is owned by it.
check_verdict verdict r:check* | Whether the gradient passes.
check_ratio double r:check* | of all components of all inputs
check_floor double r:check* | the ratio that rounding noise alone gives
check_noise double r:check* | standard deviation of f's rounding errors near x
check_eps double r:check* | The step of the course's differences.
check_value double r:check* | The value of the function at x.
check_evaluations int64 r:check* | How often the function was computed.
check_reason text r:check* | Why the verdict is not pass. "" if it comes from an input: see wg_check_input.reason.
check_stopped bool r:check* | by opts.progress: the report holds a part
check_word text ratio:double | "great", "ok", "worry", "very likely a bug"
check_findings int r:check* | How many findings there are. The first one is the nearest to the cause.
check_finding_at check_finding r:check* i:int | finding i
check_marks node_mark* r:check* g:graph* n:int*! | The nodes that the findings name, those whose gradients pass through them, and the parameters and inputs whose gradients are right: for the option marks of wg_draw. g: the graph that was checked, as it was then. Owned by the report.
check_inputs int r:check* | How many inputs were checked.
check_input_at check_input r:check* i:int | Input i, in the order of the report.
check_worst int r:check* i:int row:int64[]! most:int | Writes the components of input i that differ most to row, wrong ones first: at most `most`. Returns how many.
check_component_at check_component r:check* input:int i:int64 | Component i of an input.
check_unreached int r:check* | How many parameters of p the loss does not depend on, and their names.
check_unreached_at text r:check* i:int | How many parameters of p the loss does not depend on, and their names.
check_points int r:check* | How many points were looked at.
check_point_at check_point r:check* i:int | Point i: the given one is the first.
check_rules_of check_rules r:check* | What the comparison of each node alone covers.
check_second_of check_second r:check* | What the comparison of second derivatives has shown.
kink call y x:node[] n:int | The call by which y has a kink exactly at the point where x[0 .. n) are: abs(z) with z = 0, maximum(a, b) with a = b, norm(z) with a z of zeros. The second derivatives of y that are computed there are those of a convention and need not be those of y. .op is NULL: there is no kink. It computes on a copy of the graph.
check_gradients int64 r:check* | how often the gradient was computed
check_seed uint64 r:check* | The seed of the random directions.
check_name text r:check* | The name of the function or loss.
check_where text r:check* | file:line of the call; or ""
check_why text r:check* | Why the course's ratio is large although the gradient is right; or "".
# contract
matmul@ node a:matmul_args* | [..., m, k] @ [..., k, n] is [..., m, n]; leading axes broadcast. A vector on the left is a row, on the right a column.
dot@ node a b | sum of all elements of a b; equal shapes
outer@ node a b | y[i..., j...] = a[i...] b[j...]
dense@ node x W b | x @ W + b; b may be wg_none
einsum@ node letters:text x:node[] n:int | The sum of products that the letters say, as in NumPy: wg_einsum("bij,bjk->bik", a, b). A letter stands for an axis, an operand's letter that the result lacks is summed over, a letter twice in one operand takes the diagonal. Without "->" the result has the letters that stand there once, in alphabetical order. Operands are multiplied from left to right; no result on the way may have more than 8 axes. No ellipsis.
transpose@ node a:transpose_args* | 
swap@ node x | the last two axes
# conv
conv@ node a:conv_args* | W is [..., channels / groups, results], not turned: y[i] = sum of x[i stride + k dilation - padding] W[k].
conv_transpose@ node a:conv_args* | The adjoint of wg_conv by x, with the same W and options: W is [..., results / groups, channels]. padding: elements of the result that are left out. A negative padding after x adds elements, as output_padding of PyTorch does. same: stride times as many elements as x.
max_pool@ node a:pool_args* | The largest element of each window. The gradient goes to the first of equal ones. NaN counts as the largest.
avg_pool@ node a:pool_args* | the mean of each window
adaptive_pool@ node a:adaptive_pool_args* | Window i has the elements from floor(i n / size) to ceil((i + 1) n / size).
# data
data_digits@ data*! c:context* | 1,797 handwritten digits of the UCI repository, in no file: x [n,64] from 0 to 1, y [n] class numbers.
data_idx@ data*! c:context* images:text labels:text | IDX files. x [n, ...]: bytes are scaled to 0 .. 1. y [n]: class numbers; any integer type.
data_mnist@ data*! c:context* folder:text part:mode | MNIST from the four files in a folder (tools/mnist.sh fetches them). WG_TRAIN: 60,000 rows; WG_EVAL: 10,000. x [n,784]. The test part is normalised like the training part of the same folder, if both are read: see wg_data_normalise.
data_csv@ data*! c:context* path:text o:csv_opts* | A CSV file, or another one that table.h describes: rows of fields. Separator, decimal sign, names and what each column holds are found in the file; wg_data_about says what was found.
data_column text d:data* k:int64 | The name of column k of x, with "=word" if it is a column for a word, and the word of class k of y. "": there is none. The texts are the set's.
data_class text d:data* k:int64 | The name of column k of x, with "=word" if it is a column for a word, and the word of class k of y. "": there is none. The texts are the set's.
data_from@ data*! c:context* x:tensor y:tensor | A set made of two tensors with the same number of rows (axis 0). They are copied and keep their dtypes. y may be {0}. NaN and infinities are an error that names row and column.
data_flower@ data*! c:context* n:int64 | Generated sets of n rows: two features, two classes of equal size.
data_moons@ data*! c:context* n:int64 | Generated sets of n rows: two features, two classes of equal size.
data_xor@ data*! c:context* n:int64 | Generated sets of n rows: two features, two classes of equal size.
data_make@ data*! c:context* name:text n:int64 o:make_opts* | A set by its name, as the command's --data and the calls of the language have it. n 0: as many rows as the table says.
data_kind text i:int | the name in row i of the table; NULL: there are fewer
data_seed - d:data* seed:uint64 | The seed of the set's splits and of the order of its rows, from the next of these on, and of the sets that are split from it then. Default: that of the context.
data_free - d:data* | frees the set
data_rows int64 d:data* | The number of rows.
data_x tensor d:data* | all rows, unshuffled; the memory is d's
data_y tensor d:data* | likewise; data NULL: the set has none
data_about text d:data* | where the data comes from, and whom to credit
data_split@ data*! d:data* share:double | Moves a random share (0 to 1) of the rows of d to a new set. If y are class numbers (integers of rank 1) both sets keep the proportions of the classes. Rows stay in order. The epoch of d begins again.
data_copy@ data*! d:data* | A set with the same rows, order and epoch, which begins again.
data_fold@ data*! d:data* i:int of:int | Cross-validation: moves fold number i of `of` to a new set. The folds i = 0 .. of - 1 of equal sets are disjoint, have all rows together, and the same share of each class: two folds differ by at most one row of a class.
data_normalise@ - d:data* which:text | "x": replaces x by (x - mu) / sigma, with the mean and standard deviation of each column of d. "y": the same for y, which must be floats. Columns whose values are all equal become 0. The same mu and sigma are used for the sets that follow d, whether they are made before or after this call: sets split from d, sets read with .like = d, sets given to wg_data_normalise_like, and the test part of MNIST for the training part. So a net sees new data as it saw those that it learned from. x and y can be normalised once. wg_data_scale gives mu and sigma of column k; 0 and 1: it is not normalised.
data_scale - d:data* which:text k:int64 mu:double*! sigma:double*! | Writes the mean and standard deviation of column k that normalised x or y; 0 and 1: it is not normalised.
data_normalise_like@ - d:data* train:data* | Normalises d by the means and deviations of `train`.
data_next@ bool d:data* b:batch*! size:int64 | Fills b with the next batch of at most size rows. Returns false at the end of an epoch, and on a failed context. The call after that begins the next epoch, in another order. The order depends on the context's seed, the number of the epoch and the number of rows, and on nothing else.
data_all - d:data* b:batch*! | Fills b with all rows, unshuffled. The memory is that of wg_data_x. It changes no epoch.
data_epoch int d:data* | The number of finished epochs. INT_MAX on a failed context, so that loops over epochs end.
data_shuffle - d:data* on:bool | from the next epoch on; default: on
file_write@ status c:context* call:text path:text bytes:void* size:size | Writes a file of any bytes: beside its place first, then it gets its name, so it is there whole or not at all. A file that is replaced keeps its mode, links are followed, a device or a pipe is written to; "-" is standard output. Of a group rank 0 writes. `call` is the name in the message. A context that has failed is no obstacle.
npy_read@ tensor c:context* path:text | NumPy's .npy 1.0 to 3.0, any byte order, C or Fortran order.
npy_write@ status c:context* path:text t:tensor | .npy 1.0. The file is written whole or not at all.
idx_read@ tensor c:context* path:text | IDX, the format of the MNIST files, with all its types.
# draw
draw_goes_with text kinds:uint buf:text! size:size | Writes what a sum of kinds means: "a graph's picture, a plan's table". Returns buf. For messages.
draw@ status root path:text o:draw_opts* | Draws root and every node that it depends on; or the whole graph, a failed call included. Path "-" is standard output. Works on a failed context.
draw_graph@ status g:graph* path:text o:draw_opts* | The options, of named.h. The flags of `wengert draw` and their lines in --help are made from them, too
draw_text@ text! root o:draw_opts* | The picture as the text of a file "dot", "svg", "txt", "json" ... by .format (default txt). Free it with wg_free. NULL after an error.
formula_svg@ text! c:context* formula:text arrays:text | A formula of formula.h as an element <svg> for a page: fractions, roots, letters above and below. Its texts have the class ink, its lines the class rule; its baseline is the text's. Its label is the formula in one line. arrays: the names of vectors and matrices, "x, W", which are bold, and whose products are by elements; other names are numbers. NULL: it is not known, and capital letters are bold. Free it with wg_free. NULL after an error, which says where the formula breaks a rule.
draw_agraph@ Agraph_s*! root o:draw_opts* | The picture as a graph of libcgraph, which you close with agclose. NULL after an error.
draw_plan@ status c:context* p:plan* path:text o:draw_opts* | Draws a plan of plan.h. With .level "plan" wg_draw does so too, with the plan of its root, or with .backward of its gradients. txt: a table of steps, memory and speeds. dot, svg, png, pdf: the nodes of each step in a frame.
# figure
figure_new@ figure*! c:context* title:text o:figure_opts* | A figure without panels. NULL after an error.
figure_free - f:figure* | Frees the figure with its panels and series.
figure_frame@ - f:figure* name:text | Begins a frame: what is made from now on is shown in this frame alone. What was made before the first frame is shown in all. Axes are the same in all frames. HTML has a slider over the frames; other files show one.
figure_steps@ - f:figure* n:int | Frames "step 0", "step 1", ... "step n": frame k shows the points 0 to k of each path that there is. Call it when the paths are whole, of a figure without frames.
panel_new@ panel*! f:figure* title:text o:panel_opts* | A new panel of the figure. NULL after an error.
figure_panel panel*! f:figure* i:int | Panel i, in the order of their making. NULL: there is none.
series_new@ series*! p:panel* kind:series_kind name:text o:series_opts* | A name stands in the legend; "" and NULL do not.
series_add - s:series* x:double y:double | Adds a point; to a band the curve y, above 0.
series_push - s:series* y:double | The same with x = 1, 2, 3, ...; to a histogram a value; to bars the next bar, at 0, 1, 2, ...
series_band - s:series* x:double low:double high:double | Adds the ends of the area at x.
series_bar - s:series* name:text y:double | A bar over a name. The names of a panel stand in the order of their first use.
series_add_all - s:series* x:double* y:double* n:int64 | n points at once. x NULL: as wg_series_push.
series_curve - s:series* x:double* y:double* n:int64 f:curve() user:void* | n points of the curve y = f(x), from left to right, and gaps where it jumps or has a pole. f is called where neighbours are further apart than the slope of the curve says, and not later.
series_tensor - s:series* t:tensor | All elements, as wg_series_push. For histograms of weights and gradients.
panel_image@ series*! p:panel* name:text o:grid_opts* | The name of a contour stands in the legend, that of an image at its colour bar.
panel_contour@ series*! p:panel* name:text o:grid_opts* | Give values [rows, columns] or f. With values alone, the pixel of row i and column j is at (j, i), and row 0 is at the top. With x and y as well, the first row is at y[0] and the last at y[1]. f is evaluated on a grid over x and y; by default they are the limits of the panel's axes.
panel_surface@ series*! p:panel* name:text o:grid_opts* | The values as a surface in a box, seen from the side and from above. Points, paths and lines of the panel lie on it. The name stands at the upright axis.
panel_text - p:panel* x:double y:double text:text | A text that begins at a point; near the right end of the panel it ends there. It is moved if another text is there.
panel_arrow - p:panel* x0:double y0:double x1:double y1:double text:text | An arrow between two points, with a text at its start. text may be NULL.
panel_at_x - p:panel* x:double text:text | A line over the whole panel: upright at x, or level at y.
panel_at_y - p:panel* y:double text:text | A line over the whole panel: upright at x, or level at y.
figure_save@ status f:figure* path:text o:figure_save_opts* | Writes the figure to a file, whose ending says the format.
figure_text@ text! f:figure* path:text o:figure_save_opts* | The same as a text, of every format but PNG and PDF. The path is not opened. Free it with wg_free; NULL after an error.
# fit
fit@ fitted p:params* loss:loss_fn() d:data* o:fit_opts* | Trains the parameters of p by the rows of d. A gradient or parameter that is NaN or infinite ends it with an error: p then has the parameters of the best epoch if there is a patience, else those of the last one that was finished. After another error p is as the last step left it.
fit_run@ bool l:fit_loop*! | Makes the epochs that are left. False: a function has stopped it, or the context of p has failed.
fit_goes_on bool l:fit_loop* | Whether epochs are left, and patience.
fit_line_text - l:fit_line* buf:text! size:size | Writes the line, cut if it has no room.
fit_line_is_due bool epoch:int64 epochs:int64 few:bool | Whether a line is wanted where lines stay: of many epochs at most about a hundred, or ten if few.
fit_number_text - v:double is_share:bool buf:text! size:size | Writes a measured number as in these lines: "95.9 %" or "0.1412".
fit_is_share bool n | Whether a node is a mean of comparisons, and so a share between 0 and 1.
# formula
formula_print int formula:text form:formula_form buf:text! size:size | Writes the formula to buf as snprintf does, at most size bytes with the final 0. Returns the length that the whole text has, or -1 if the formula breaks a rule of the language: then buf says where and why.
# functions
neg@ node x | y = -x
exp@ node x | y = e^x
log@ node x | y = ln x
sqrt@ node x | y = sqrt x
square@ node x | y = x^2
abs@ node x | y = |x|, y'(0) = 0
sin@ node x | y = sin x, x in radians
cos@ node x | y = cos x, x in radians
erf@ node x | y = 2/sqrt(pi) integral of e^-t^2 from 0 to x
tanh@ node x | y = tanh x
sigmoid@ node x | y = 1 / (1 + e^-x)
softplus@ node x | y = ln(1 + e^x)
softsign@ node x | y = x / (1 + |x|)
relu@ node x | y = max(x, 0), y'(0) = 0
leaky_relu@ node a:leaky_relu_args* | y = x where x > 0, else slope x.
log1p@ node x | y = ln(1 + x), exact also for small x
expm1@ node x | y = e^x - 1, exact also for small x
reciprocal@ node x | y = 1 / x
rsqrt@ node x | y = 1 / sqrt x
tan@ node x | y = tan x, x in radians
asin@ node x | y in radians, with sin y = x
acos@ node x | y in radians, with cos y = x
atan@ node x | y in radians, with tan y = x
sinh@ node x | y = (e^x - e^-x) / 2
cosh@ node x | y = (e^x + e^-x) / 2
asinh@ node x | y with sinh y = x
acosh@ node x | y >= 0 with cosh y = x
atanh@ node x | y with tanh y = x
sign@ node x | 1, 0 or -1; no derivative but 0
floor@ node x | rounded down
ceil@ node x | rounded up
round@ node x | to the nearest whole number, halves to the even one
silu@ node x | y = x sigmoid(x); also called swish
mish@ node x | y = x tanh(ln(1 + e^x))
selu@ node x | y = 1.0507 x where x > 0, else 1.7581 (e^x - 1)
hard_sigmoid@ node x | y = min(max(x / 6 + 1/2, 0), 1)
hard_swish@ node x | y = x hard_sigmoid(x)
elu@ node a:elu_args* | y = x where x > 0, else alpha (e^x - 1)
celu@ node a:elu_args* | y = x where x > 0, else alpha (e^(x / alpha) - 1)
gelu@ node a:gelu_args* | y = x / 2 (1 + erf(x / sqrt 2))
# grad
node_is_derived bool n | Whether the node was made by wg_grad, wg_jvp ... on the way to what they return.
node_gradient_of node n | The node z whose gradient n is: wg_grad and the like note it when they make n, and pictures call n dz. wg_none: n is no gradient, or its index is 65,536 or more, or only a layer has named z, and n has numbers that do not count where a wg_where has taken another value.
backward@ status loss p:params* | Computes the loss, a scalar, and its gradients with respect to all parameters of p that it depends on. They replace the gradients that p had; a part of a set leaves those of other parts. Then stores the values of wg_assign. A loss that depends on no parameter of p is an error. So is a loss that is NaN: then p has no gradients, no state is stored, and the error says where the NaN first arose. (A program that expects NaN, such as a line search, reads the loss first.) A loss that is infinite is a warning, since its gradients may be finite: wg_optim_step looks at those.
backward_add@ status loss p:params* | The same, but adds to the gradients that p has. It begins from zero where wg_optim_step has used them.
trace_nan bool n p:params* out:file | Finds where NaN or infinities in the value of n first arose: the op, its place in your source, and the ranges of its operands. If n is finite and p is not NULL, the same for the gradients of n by the parameters of p. Prints lines to out, which may be NULL. Returns false, and prints nothing, if all is finite or cannot be computed. It computes on a copy of the graph, with the inputs, parameters and random draws of the present evaluation. It changes nothing and records no error, so call it anywhere, in a debugger too.
grad@ node y x | d y / d x of a scalar y, in the shape of x. It is zero if y does not depend on x, or only by masks, choices and comparisons. It is an error if every path from y to x ends at an op without a derivative.
grads@ status y x:node[] n:int gx:node[]! | The same for n nodes x, in one reverse sweep. gx gets n nodes.
vjp@ status y gy x:node[] n:int gx:node[]! | gy' J, with J = d y / d x, in the shapes of x. gy has the shape of y. gx gets n nodes.
jvp@ node y x:node[] v:node[] n:int | J v, in the shape of y: forward mode. v[i] has the shape of x[i].
hvp@ status y x:node[] v:node[] n:int hv:node[]! | H v, with H the second derivatives of a scalar y by x. v[i] has the shape of x[i]. hv gets n nodes.
jacobian@ node y x | The Jacobian d y / d x: its shape is that of y followed by that of x. At most 8 axes. The Hessian of a scalar y: the shape of a followed by that of b. All rows are computed together (wg_vmap), by tangents if x has no more elements than y, by gradients otherwise; in parts if their values are large. A plan does not keep the values on the way to them: a later read of such a value computes it again. At a kink, as of abs(x) at 0, second derivatives are those of conventions and need not be those of y: wg_kink in check.h tells.
hessian@ node y a b | The second derivatives of a scalar y by a and b: the shape of a followed by that of b.
jacobian_sparse@ node y x p:pattern | The elements of the Jacobian d y / d x at the places p, as a vector of p.count elements. A row is an element of y, a column one of x, both counted in row-major order. All elements that p leaves out must be zero: else the result is wrong, and no error tells so. Compare with wg_jacobian at a small size.
params_hvp@ status p:params* loss v:double* out:double*! | H v of the loss, by all parameters of p as one vector: v and out have wg_params_size(p) elements. They may be the same array.
vmap@ node y x rows | y for many values of x at once. rows has the shape of x behind an axis of n elements. The result has the shape of y behind that axis: element i is what y would be if x had the value of element i of rows. Nodes between x and y are made once for all rows; nodes that do not depend on x are used as they are.
vmaps@ status y:node[] ny:int x:node[] rows:node[] nx:int to:node[]! | The same of ny nodes y for nx nodes x, in one walk. to gets ny nodes.
custom_vjp@ node y x:node[] n:int rule:vjp_rule() | 
# graph
number node value:double | A number as an operand: it takes the other operand's dtype.
graph_new graph*! c:context* | A graph without nodes.
graph_free - g:graph* | g may be NULL. wg_finish frees what is left. Handles of its nodes are refused afterwards. While values of g are computed, a C function (wg_extern) must use another graph: wg_begin, wg_graph_free, new nodes and reads of g are errors then.
begin - g:graph* mode:mode | removes all nodes, sets the mode, keeps the memory
graph_context context*! g:graph* | The context in which the graph was made.
graph_mode mode g:graph* | The mode that wg_begin set.
graph_of graph*! n | NULL: a number or wg_none
input@ node g:graph* name:text t:tensor | An input. The tensor is copied. The name appears in errors and drawings.
input_borrow@ node g:graph* name:text t:tensor | The same without a copy. The array must stay valid and unchanged until the evaluation has ended.
input_set@ status input t:tensor | New values for an input. Copies the tensor, which must have its shape and dtype. Ends the evaluation.
scalar@ node g:graph* value:double | A scalar of the context's dtype. Unlike a number as an operand it is a node of its own: you can name it and differentiate with respect to it.
fill@ node g:graph* value:double s:shape | A tensor of the context's dtype. Every element is value.
assign@ - state value | Says that the state's next value is that of node `value`. It is stored when wg_backward succeeds, or by wg_commit: once an evaluation. Reading stores nothing. Another assignment of the state must go on from the one before, wg_assign(s, wg_add(wg_assigned(s), 1)): one that does not read its value is an error.
assigned@ node state | What it was assigned last; the state itself: nothing.
commit@ status g:graph* | Stores what wg_assign says, without gradients.
item@ double n | The value of a node with one element, or of a number. NaN after an error.
value@ tensor n | The value of a node. The graph owns the data, until the evaluation ends. data NULL after an error.
copy_f32@ status n to:float*! count:size | Copies all elements, converted. `to` has room for count elements; too little room is an error.
copy_f64@ status n to:double*! count:size | Copies all elements, converted, into doubles.
keep@ node n | Marks n: the next read or wg_backward computes it too, and it can be read after the parameters have changed. Returns n.
peek bool n t:tensor*! | Like wg_value, but never records an error, and does not make n readable after the parameters have changed. Returns false when the value cannot be computed. For drawing and tools.
hold@ held*! n t:tensor*! | The value of a node, which stays as it is and where it is until wg_release, beyond wg_begin, other evaluations and wg_graph_free. Do not write to it. A value of less than 64 KiB, of an input or of a parameter is a copy; else it is no copy, and the memory of its evaluation is kept for it. NULL after an error, and t->data is NULL then.
release - h:held* | Each wg_hold wants one. Not after wg_finish, which frees what is held. h may be NULL.
name@ node n name:text | the name is copied; returns n
scope_push@ - g:graph* name:text | Nodes are made in this scope from now on, until wg_scope_pop.
scope_push_i@ - g:graph* name:text i:int64 | "name.i"
scope_pop@ - g:graph* | Leaves the scope that was entered last.
graph_nodes int64 g:graph* | their number; node 0 is the graph's error node
graph_node node g:graph* i:int64 | Node i, in the order in which nodes were made.
node_ok bool n | made since the last wg_begin, and not the error node
node_op op* n | The op that made the node.
node_op_name text n | "matmul", "input", "param", ...; "" for none
node_operands int n | How many operands the node has.
node_operand node n k:int | Operand k of the node.
node_shape shape n | The sizes of its axes.
node_dtype dtype n | The dtype of its elements.
node_name text n | "" if it has none
node_scope text n | "enc/t.3"; "" at the top
node_site site n | The call that made it.
attr void* n | the attribute struct of its op; NULL if the op has none
part@ node n k:int | Output k of the op that made n (any of its outputs). The size along an axis, which counts from the end if it is negative.
dim@ int64 n axis:int | Output k of the op that made n (any of its outputs). The size along an axis, which counts from the end if it is negative.
depends_on bool y x | Whether y is x, or is computed from it. Takes time by the number of nodes that were made since x.
equal_nodes int y x to:node[]! room:int | Finds what computes the same as x among y and the nodes that y is made from: x itself, and nodes of the same op with equal options whose operands compute the same. So an expression that was written twice is found. Numbers and inputs without a name are the same if their values are equal now. What is drawn at random twice is never the same. Writes the first `room` of these nodes to `to`, and returns how many there are: 0 if there are none or after an error.
node_params params*! n | the set of a parameter or state; NULL: n is neither
node_is_state bool n | Whether the node is a state, which is not trained.
node_leaf leaf n | WG_LEAF_NONE: computed from operands, or no node
graph_calls int64 g:graph* | their number; a call within another one stands before it
graph_call call g:graph* i:int64 | Call i, in the order in which the calls ended.
graph_call_operand node g:graph* i:int64 k:int | wg_none: not given
graph_bytes size g:graph* | The bytes of memory that the graph holds: nodes, values, workspace.
graph_failure bool g:graph* f:failure*! | false: no call on this graph has failed
graph_mark int64 g:graph* | wg_graph_rewind removes the nodes made since wg_graph_mark. Do not use their handles afterwards.
graph_rewind - g:graph* mark:int64 | wg_graph_rewind removes the nodes made since wg_graph_mark. Do not use their handles afterwards.
graph_freeze - g:graph* on:bool | The epoch counts the evaluations of a graph; random draws depend on it. Freezing stops the count, so that every evaluation draws the same numbers. Store the epoch in checkpoints. Setting it ends the evaluation.
graph_epoch uint64 g:graph* | The epoch counts the evaluations of a graph; random draws depend on it. Freezing stops the count, so that every evaluation draws the same numbers. Store the epoch in checkpoints. Setting it ends the evaluation.
graph_set_epoch - g:graph* epoch:uint64 | The epoch counts the evaluations of a graph; random draws depend on it. Freezing stops the count, so that every evaluation draws the same numbers. Store the epoch in checkpoints. Setting it ends the evaluation.
replay@ node root into:graph* o:replay_opts* | Builds root, and every node that it depends on, again in another graph. Random draws are the same. Inputs become inputs of the same names with their present values, and so do parameters and states, if no set is given for them. An op that refuses the new float dtype is computed in its own, between casts. If f32 becomes f64, a cast to f32 in a user's rule becomes one to f64, too.
graph_draw_anew - g:graph* on:bool | on: each random node that is made in g from now on has a stream of its own, which no other node of the context has. Without it the stream follows from the node's scope and name, and two graphs that are built alike draw the same. For graphs that are made anew for each step. wg_save does not keep such a graph.
context_draws uint64 c:context* | The number of the last such stream, 0 at the start. wg_save keeps it. Set it: the same numbers are drawn again.
context_set_draws - c:context* draws:uint64 | The number of the last such stream, 0 at the start. wg_save keeps it. Set it: the same numbers are drawn again.
graph_watch_by - g:graph* watch:graph_watch*! | Looks there from now on; NULL: nowhere.
node_is_current bool n | Whether n is a node of the present build, and no node of a parameter that has changed since (wg_params_keep_values).
node_trained_by int n to:params** room:int | The sets of the parameters by which n has a derivative: those that it is made of, and not only by ops without a derivative. Writes at most `room` of them, and returns how many there are.
node_derives_from bool y x | Whether y has a derivative by x, a node of the same graph: it is made of it, and not only by ops without one.
replay_onto@ node root into:graph* was:node[] now:node[] n:int | wg_replay of root into another graph, where now[k] stands for node was[k].
# group
group_start@ group*! c:context* o:group_start_opts* | The group of all processes that the launcher has started; without one, this process alone. The number of processes must divide the number of shards. A context has at most one group, and a process one at a time; it ends with its context. Where the threads of c were not given, they are shared out among the processes of a machine. NULL: an error is recorded; all functions here take NULL.
group_launched int | As how many processes a launcher has started the program; 0: none has.
group_of group*! c:context* | NULL: it has none
group_rank int all:group* | of this process, from 0 on
group_size int all:group* | how many processes
group_shards int all:group* | Into how many parts each batch is cut.
group_speaks bool all:group* | Whether this process prints what is printed once: rank 0, and of an error the lowest rank that has it.
group_same@ status all:group* what:text bytes:void* size:size | To be called by every process, between batches: an error, unless all give the same bytes. what: a word or two for the message, "rank 1 on node17 has another data set than rank 0 on node16".
group_next@ bool all:group* b:batch* part:batch*! | Sets part to the next shard of the batch that this process has to do: views of the rows of b. Empty shards are left out. Between two shards every state has the value that it had before the batch, and no parameter has a gradient. False: there is none. Then the gradients, states and means are those of the whole batch, in every process. False, too, after an error. Every process must give a batch with the same number of rows. Optimizers step behind this loop; a graph that is made within it is an error. The loop forgets gradients from before it. With several shards a table with .lazy is stepped in the rows whose gradient is not zero.
group_note - all:group* k:int value:double | Number k of this shard, a mean over its rows; k from 0 to 15.
group_mean double all:group* k:int | Number k of the last batch, as a mean over its rows. NaN: no shard has noted it.
group_sum@ status all:group* values:double*! count:size | For measures that are shared out in another way: each value becomes the sum over all processes, added in pairs of ranks. What one process alone has, while the others give 0, every process has then, to the bit.
group_share@ bool all:group* there:bool | Gives all that wg_save writes from rank 0 to the other processes, which then have the same parameters, optimizers and places in data sets. there: whether rank 0 has anything to give. Returns that in every process, false after an error. wg_resume does so.
group_stop bool all:group* ask:bool | Asks all processes to stop, because of a signal, say. True from the end of a batch on in which one had asked: the same in every process.
# implicit
recompute@ node x f:part_fn() user:void* | f(x, user), with less memory: the values that f computes on the way are not kept for the gradient, but computed again when it needs them. Kept are x, what f reads of other nodes, and the result. f is called once, now; user is not read afterwards.
recompute_chain@ node a:recompute_chain_args* | x = f(x, i, user) for i = 0 .. steps - 1, with at most `keep` states kept at a time, and the values of one step. Which states are kept when is the binomial schedule of Griewank and Walther (2000), which computes the fewest steps: if B(k, r) = (k + r)! / (k! r!) and B(keep, r - 1) < steps <= B(keep, r), then beyond the value itself r steps - B(keep + 1, r - 1) steps. keep >= steps: each step once more; 1: steps (steps - 1) / 2.
odeint@ node a:odeint_args* | The solution of y' = f(t, y) at the time `to`; with .times at these times, [count, shape of y]. `to` may be before `from`. With .t the first element of t is the time of y, and the solution is wanted at the other elements.
fixed_point@ node a:fixed_point_args* | z with z = f(z, user): iterates z = f(z) until max |f(z) - z| <= tol (1 + max |z|). It is an error if `most` iterations are not enough; the message says how far it has come. With .anderson the iteration goes on at the mean of the last f(z) whose f(z) - z is the shortest: it often needs fewer iterations.
settled@ node a:settled_args* | x. While the graph runs it is an error if max |x - before| > tol (1 + max |before|): for iterations of your own.
part_by_pointer node x by_pointer:void* | A wg_part_fn for the address of a wg_by_pointer.
step_by_pointer node x i:int by_pointer:void* | A wg_step_fn for the address of a wg_by_pointer.
ode_by_pointer node t y by_pointer:void* | x[0] is t, x[1] is y
# kernel
fault_at bool k:kernel* index:int64 value:int64 limit:int64 text:text | Notes, for the error, the element `index` whose `value` is refused. Returns false.
fault_number bool k:kernel* index:int64 number:double text:text | The same for a number that is no integer.
random_bits uint32 seed:uint64 stream:uint64 epoch:uint64 i:uint64 | Draw i of a stream: 32 random bits, a function of the arguments. Philox 4x32-10 (Salmon et al. 2011).
random_stream uint64 name:text | The stream of a name: its FNV-1a hash (Fowler, Noll and Vo). It is the same on every machine.
box_muller double u:double v:double | A standard normal draw from two uniform draws, u in (0, 1] and v in [0, 1) (Box and Muller 1958).
# lang
program_text program*! c:context* name:text text:text | Reads a program of at most 1 MiB. A byte-order mark of UTF-8 at its beginning is skipped. An error is recorded with file:line:column, the line and a caret. Never NULL. name is that of the file, for messages. The context frees the program at the latest.
program_lesson program*! c:context* name:text text:text functions:text | The same for a text whose claims, plots and values without a name may use names that are bound below them, as those of a lesson do. functions: definitions of functions that come before all else, as if they stood in a file "functions.wg"; NULL: none.
program_file program*! c:context* path:text | The path "-" is standard input, which messages call <stdin>. In a file a name that is never bound must be given a value by wg_program_set; in a text it is an input unless a name that is bound is near.
program_free - q:program* | frees the program
program_source text q:program* | its text; valid as long as the program
program_set status q:program* name:text t:tensor | Gives an input its value, or replaces the value of a constant. The tensor is copied. An unknown or computed name is an error.
program_data_in status q:program* folder:text hint:text | For a program that somebody else has written: its csv() reads files of this folder and below alone, with all links resolved, and relative paths begin there. hint: how a user allows more, for the message of the error; may be NULL. Both are copied. folder NULL: any file, as at first.
path_inside bool path:text folder:text | Whether there is such a file in the folder or below, with all links resolved.
program_build status q:program* g:graph* p:params* mode:mode | Appends the nodes of all statements to g. Floats have the context's dtype. Inputs without a value are drawn at random by the context's seed.
program_names int q:program* | how many names statements bind, in order
program_name text q:program* i:int | Name i of those that statements bind.
program_node node q:program* name:text | Of a name that a statement binds, or one in a block or a call of a function: "h.z", "h.0.z" (docs/language.md). wg_none: no such name.
program_last node q:program* | the value of the last statement
program_last_name text q:program* | its name; "_" if it has none
program_lasts int q:program* | How many values the last statement has: (a, b) = f(x) has two, and the functions above give the last one. Value i, and its name if name is not NULL: "_.0" for the first of values without names.
program_last_part node q:program* i:int name:text*! | How many values the last statement has: (a, b) = f(x) has two, and the functions above give the last one. Value i, and its name if name is not NULL: "_.0" for the first of values without names.
program_node_at node q:program* line:int column:int | The value of the statement that begins in this line at this column, both from 1 on, and binds no name. wg_none: there is none.
program_suggest text q:program* name:text | the nearest name, or NULL
program_meaning meaning q:program* name:text | What the name stands for.
program_line int q:program* name:text | The line that binds the name, else the one that first uses it; 0: there is none.
program_option_line int q:program* name:text y | The line of an option whose number the name is and that y, a node of the last build, is computed by: slope=s. By this name y has no derivative. 0: there is none.
program_fit_between text q:program* x y line:int*! | What a fit found from the node x and y is computed from: its name, "" if it has none, and the line of the fit, if line is not NULL. By x, y has no derivative then, but for stop_gradient. NULL: there is none.
program_grad bool q:program* i:int y:node*! x:node*! | A call of grad in the last build, the latest first: it differentiates y by x. False: there are no more.
program_drawn text q:program* | What the last build drew for lack of data: "x, y drawn at random, m = 7, seed 0"; or "". Valid until the next wg_program_build.
program_parts int q:program* name:text | A name that stands for a group: how many nodes it has, 0: it is none; and node k with its name, such as W or p.0.
program_part node q:program* name:text k:int label:text*! | A name that stands for a group: how many nodes it has, 0: it is none; and node k with its name, such as W or p.0.
program_claims int q:program* | how many claims the program has
program_keep - q:program* what:int | Says what will be read: a sum of WG_KEEP_...
program_claimed text q:program* | The name y of grad(y, x) in the claims; of several the one that the program computes last. NULL: there is none.
program_claim claim q:program* i:int | claim i, in the order of the text
program_claim_variant claim q:program* i:int k:int | What a claim whose sides differ in shape may have meant. Variant k of claim i has one side changed: its first sum or mean over all axes, or the whole side, is replaced by a sum or mean along one axis. text is the changed side; NULL: there is no variant k. The sides are wg_none if the variant cannot be built. Appends nodes to the graph.
optim_choice_of optim_choice c:context* where:text text:text | Reads such a text. where is the place that an error names, such as "--optimizer". name NULL after an error.
optim_choice_rate double o:optim_choice* t:double steps:double | The rate at step t = 0, 1, ... of a training of so many steps. NaN: the choice has no schedule.
program_training training* q:program* | Of the last build. NULL: the program has no such statement.
program_classes int64 q:program* name:text | Of an input: the classes that input(m, classes=10) has, 0: none; and how many sizes it has, -1: it has no declaration, or the name is no input.
program_axes int q:program* name:text | Of an input: the classes that input(m, classes=10) has, 0: none; and how many sizes it has, -1: it has no declaration, or the name is no input.
program_code uint64 q:program* | A number that is the same for two texts that differ in comments, blanks, claims, plots and the statement train.
program_plots int q:program* | How many statements plot the program has, and the figure of statement i. Its expressions are computed from the last build: their nodes are appended to the graph, and read. f NULL: a new figure. Else the figure that an earlier call made of the same statement: its panels get the series, so a loop over wg_program_set, wg_program_build, wg_figure_frame and this function draws a frame for each value of a name. An error is recorded with file:line:column, and the result is NULL.
program_figure figure*! q:program* i:int f:figure* | How many statements plot the program has, and the figure of statement i. Its expressions are computed from the last build: their nodes are appended to the graph, and read. f NULL: a new figure. Else the figure that an earlier call made of the same statement: its panels get the series, so a loop over wg_program_set, wg_program_build, wg_figure_frame and this function draws a frame for each value of a name. An error is recorded with file:line:column, and the result is NULL.
program_plot_title text q:program* i:int | "": it has none; NULL: no such statement
program_error_line int q:program* | The place of an error in the text; 0: there was none.
program_error_column int q:program* | The place of an error in the text; 0: there was none.
program_symbols int q:program* | How many sizes have names.
program_symbol symbol q:program* i:int | Size i with its name.
program_excerpt text q:program* | The line of the context's error with a caret below it, "\n L = sum(x @ W)\n ^". "" if the error is not in this text, or if its message shows the line already. Valid until the next call.
builtin_count int | How many calls the language has beside the ops.
builtin_at builtin i:int | Call i of these: its name, how it is written, and a sentence.
statement_formula bool c:context* text:text to:text! room:size | A statement as a formula of formula.h, as people write it on a board: a = 1/(1 + exp(-z)) is "a = 1 / (1 + (e^(-z)))". Its names need not be known. False, and to is "": no formula says what it does (a list, a slice, an option, a call that makes data), the room is too small, or it is not one statement; a text that cannot be read is the context's error, too.
literal tensor c:context* where:text text:text | Reads a number or a nested list, [[1, 2], [3, 4]], as f64. The context owns the data; wg_free may free it earlier. where is the place that an error names, such as "--set x". data NULL after an error.
# linear
cholesky@ node x | The lower triangle L with L L^T = x. If x is not symmetric, (x + x^T) / 2 is taken.
triangular_solve@ node a:triangular_solve_args* | y with x y = b. Leading axes broadcast.
solve@ node a b | y with a y = b. b: columns [..., n, k], or a vector [n]. Leading axes broadcast.
inverse@ node x | to solve equations wg_solve is faster and more exact
det@ node x | the determinant
logdet@ node x | its logarithm; a determinant below 0 is an error
slogdet@ bool x sign:node*! log:node*! | The sign (1, 0 or -1) and the logarithm of the absolute value. False, after an error: both are wg_none.
eigh@ bool x values:node*! vectors:node*! | Several results. False, after an error: they are wg_none.
qr@ bool x q:node*! r:node*! | qr: x = Q R for x [..., m, n], with k the smaller of m and n: Q [..., m, k], whose columns are orthogonal unit vectors, and the upper triangle R [..., k, n]. No number of R's diagonal is below 0.
svd@ bool x u:node*! s:node*! vt:node*! | svd: x = U diag(s) V^T for x [..., m, n]: U [..., m, k], singular values s [..., k], descending, and vt, which is V^T [..., k, n]. Of a column of U the first element that has at least 0.7 of the largest absolute value is positive. Vectors of equal singular values are a choice, as those of eigh.
lstsq@ node a b | The y for which the sum of (a y - b)^2 is smallest. a [..., m, n] has no fewer rows than columns, which are independent. b: columns [..., m, k], or a vector [m]. Leading axes broadcast.
# losses
softmax_cross_entropy@ node a:class_loss_args* | Cross-entropy of softmax(x), x: logits. A row of probabilities that does not add up to 1, to a thousandth, is an error while the graph runs, and so is a mean of which no row counts. With weights, mask or ignore the mean is the sum of the losses divided by the sum of what the rows count: with class numbers weights[y] mask, with probabilities mask.
nll@ node a:class_loss_args* | The same of logarithms of probabilities x, such as wg_log_softmax makes.
binary_cross_entropy@ node a:loss_args* | Binary cross-entropy of predicted probabilities x against targets y, of equal shapes: -(y ln x + (1 - y) ln(1 - x)). 0 ln 0 is 0. An x that is not in [0, 1] is an error.
bce@ node p t | The same of each element, without a sum or mean: of a probability p and a target t, which broadcast.
bce_with_logits@ node a:loss_args* | binary_cross_entropy of the probabilities sigmoid(x), without overflow.
kl@ node a:loss_args* | Kullback and Leibler's divergence of rows, along the last axis: sum y (ln y - x). x: logarithms of the predicted probabilities, y: probabilities. 0 ln 0 is 0. The mean is over rows.
mse@ node a:loss_args* | squared error (x - y)^2, of equal shapes
mae@ node a:loss_args* | absolute error |x - y|, of equal shapes
hinge@ node a:loss_args* | max(1 - x y, 0) of a score x against a target y, -1 or 1, of equal shapes. Another y is an error: of targets 0 and 1 write 2 y - 1.
huber@ node a:huber_args* | d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2); d = x - y.
smooth_l1@ node a:huber_args* | The same divided by delta: d^2 / (2 delta) where |d| <= delta, else |d| - delta / 2.
cosine_similarity@ node a:cosine_args* | The cosine of the angle between the vectors along an axis.
cosine_loss@ node a:loss_args* | 1 - that cosine, along the last axis. The mean is over the vectors.
triplet@ node a:triplet_args* | max(|x - positive| - |x - negative| + margin, 0).
accuracy@ node logits y | The share of rows whose largest logit is at the class number, or at the largest probability, of y. No rows: an error. Of one logit a row it is wg_mean(wg_equal(wg_greater(z, 0), y)).
l2@ node g:graph* p:params* lambda:double | lambda / 2 times the sum of w^2 over the parameters of p in g that have two or more axes.
# makers
random_normal@ node a:random_normal_args* | 
random_uniform@ node a:random_uniform_args* | Of [low, high). Rounding may give high, unless low is 0 and high 1.
bernoulli@ node g:graph* s:shape p | bool: true with probability p, a number or a node that broadcasts to the shape. A p that is not from 0 to 1 is an error. No derivative.
categorical@ node a:categorical_args* | i64 [...]: class numbers with the probabilities softmax(x). A class with the logit -inf is never drawn. No derivative.
arange@ node g:graph* from:double to:double step:double | from, from + step, ...: all that are before `to`. For integers from 0 on: wg_index_along.
linspace@ node a:linspace_args* | `count` numbers at equal distances, from `from` to `to`, both included. One number: from.
eye@ node g:graph* rows:int64 columns:int64 | 1 at [i, i], else 0
one_hot@ node a:one_hot_args* | A new axis of size count: 1 at the class number, else 0, in the context's dtype.
# named
option_value double o:option* options:void* | An option as a number. NAN: it is none.
option_set bool o:option* options:void* v:double | Writes a number into an option. False: the option is no number or truth, or cannot hold it.
option_in_range bool o:option* v:double | Whether v is in the range of an option.
# nn
nn_dense@ node a:nn_dense_args* | x W + b. Parameters NAME.W [in, units] and NAME.b [units].
nn_batch_norm@ node a:nn_batch_norm_args* | Batch normalisation over all axes but that of the features. Parameters NAME.gamma and NAME.beta. In WG_TRAIN it uses the mean and variance of the batch, and each wg_backward updates their averages, the states NAME.mean and NAME.variance, by each call of a shared layer. In WG_EVAL it uses the averages, corrected for their start at 0 by the state NAME.count.
nn_layer_norm@ node a:nn_layer_norm_args* | Layer normalisation over the last axis, or over axes that you name. Parameters NAME.gamma and NAME.beta, of their sizes.
nn_rms_norm@ node a:nn_rms_norm_args* | wg_rms_norm over the last axis, or over axes that you name. Parameter NAME.gamma, of their sizes.
nn_group_norm@ node a:nn_group_norm_args* | wg_group_norm. Parameters NAME.gamma and NAME.beta, one for each channel.
nn_conv@ node a:nn_conv_args* | Convolution over the axes between the first and the last: x is [n, h, w, channels], or has 1 or 3 such axes. Parameters NAME.W [size..., channels / groups, units] and NAME.b [units]. Transposed: NAME.W is [size..., units / groups, channels]. The other options are those of wg_conv.
nn_conv_transpose@ node a:nn_conv_args* | Convolution over the axes between the first and the last: x is [n, h, w, channels], or has 1 or 3 such axes. Parameters NAME.W [size..., channels / groups, units] and NAME.b [units]. Transposed: NAME.W is [size..., units / groups, channels]. The other options are those of wg_conv.
nn_kinds nn_kind* | All layers; behind the last is one without a name.
# norms
batch_norm@ node a:batch_norm_args* | gamma (x - mean) / sqrt(variance + eps) + beta, for each feature. For inference give mean and variance. Without them those of the batch are used: over all axes but that of the features, the variance divided by n. If the features are the last axis, they are then outputs 1 and 2 (wg_part). gamma, beta, mean, variance: [features].
layer_norm@ node a:layer_norm_args* | The same for each row: mean and variance are over the last axis, or over other axes that you name. Training and inference do not differ. gamma, beta: the sizes of these axes. Without .axes mean and variance are outputs 1 and 2.
rms_norm@ node a:rms_norm_args* | gamma x / sqrt(mean(x^2) + eps), the mean over the last axis or over axes that you name. gamma: the sizes of these axes, or wg_none.
group_norm@ node a:group_norm_args* | gamma (x - mean) / sqrt(variance + eps) + beta. Mean and variance are those of a group of neighbouring channels of one example (axis 0), over all other axes. gamma, beta: [channels]. instance_norm: each channel is a group.
instance_norm@ node a:group_norm_args* | gamma (x - mean) / sqrt(variance + eps) + beta. Mean and variance are those of a group of neighbouring channels of one example (axis 0), over all other axes. gamma, beta: [channels]. instance_norm: each channel is a group.
resize@ node a:resize_args* | Along each of the axes, from n to m elements. nearest: y[i] = x[floor(i n / m)]. bilinear: the line between the two neighbours of place (i + 1/2) n / m - 1/2 of x, or with align_corners of i (n - 1) / (m - 1); outside x its ends.
# op
rule_fail bool r:rule*! s:status format:text more:... | Helpers of shape rules. Those that return bool return false after they have recorded an error.
rule_who text r:rule*! k:int | "h [32,784]": operand k as the user wrote it
rule_shape shape* r:rule*! output:int | points y[output].shape to a shape to fill in
rule_float bool r:rule*! k:int | operand k must be f32 or f64
rule_rank bool r:rule*! k:int least:int most:int | axes of operand k
rule_axis bool r:rule*! axis:int*! rank:int | makes a negative axis positive; WG_NEEDED: it was not written, which is an error
rule_axes bool r:rule*! axes:axes*! rank:int none_is_all:bool | Makes negative axes positive, sorts them and refuses repeats. none_is_all: no axes means all.
rule_broadcast bool r:rule*! | Sets y[0].shape to the shape that all operands broadcast to. This is the rule of an op that has none.
attr_begin - op:op* attr:void* | Writes the defaults of the op's options, as its rows say them. A list of axes that is no number, a shape and a dtype become zero, and the shape rule says what that means.
node_option bool n name:text v:setting*! | The option of this name of the call that made n, as the call means it: what was written, or the default; negative axes counted from the start. Of a composite it is the call as you wrote it: the axis of wg_mean, though its node is a quotient. A list of axes goes by both names, axis and axes. False: the call has no such option.
node_option_name text n k:int | of option k, from 0 on; NULL: there are no more
attr_setting setting row:attr_row* attr:void* | the field of a row
apply@1 node op:op* x:node[] n:int attr:void* | Makes a node. All builders call this. Operands may be numbers. attr is copied; NULL: the defaults.
apply1@1 node x op:op* | The same for ops of one or two operands without attributes. Faster in programs of many scalars.
apply2@1 node a b op:op* | The same for ops of one or two operands without attributes. Faster in programs of many scalars.
inside@1 site | The place of a call without the text of its arguments. Composite builders and rules pass it to the ops that they call: the operands of those are not the ones that the user wrote.
user_call_begin@1 user_call name:text | Gives errors at this place the name of your builder, until wg_user_call_end.
user_call_end - before:user_call* | Ends it.
axes_given axes axis:int axes:axes | The axes that a call gives by its options .axis and .axes, as an attribute. No axes: none were given. Where both are given, or what is no list, wg_rule_axes refuses it. axis WG_AUTO: the builder has no such option, or it was not given.
options_named@2 bool c:context* what:text | For builders whose macro takes options by name, if they do not pass `here` to wg_apply, which looks itself: records an error if an argument at this site is an option without its name, and is false then. what: the name of the builder, for the message.
graph_at_end bool g:graph* f:() user:void* | For layers that keep memory between builds: calls f(user, g) once, at the next wg_begin of g or when g is freed with wg_graph_free; wg_finish calls nothing. f must not use g but to compare it. False: no memory, an error is recorded, and f will not be called.
layer_name params* p:params* name:text buf:text! size:size | Writes the name of a layer with the prefixes of wg_params_in, "enc0.attn". Returns the whole set: p, or the set that p is a part of. NULL: size is too small, or a pointer is NULL.
rows_aligned@1 node x rank:int | For .vmap. x has a first axis of rows: the same with axes of size 1 behind it, so that a row has `rank` axes and broadcasts. x has none: x repeated along a first axis of n elements.
rows_repeated@1 node x n:int64 | For .vmap. x has a first axis of rows: the same with axes of size 1 behind it, so that a row has `rank` axes and broadcasts. x has none: x repeated along a first axis of n elements.
stream@1 node g:graph* name:text | A random stream, an i64 scalar: an operand of RANDOM ops. It depends on the scope and on the name. Without a name (NULL) the n-th stream of a scope is told from the others by n.
any node g:graph* s:shape | Operands for samples: inputs of the context's dtype whose values have few decimals. No value is zero, and up to 256 elements of one operand differ. wg_any: standard normal. wg_between: uniform. wg_any_class: class numbers in i32.
between node g:graph* low:double high:double s:shape | Operands for samples: inputs of the context's dtype whose values have few decimals. No value is zero, and up to 256 elements of one operand differ. wg_any: standard normal. wg_between: uniform. wg_any_class: class numbers in i32.
any_class node g:graph* classes:int64 s:shape | Operands for samples: inputs of the context's dtype whose values have few decimals. No value is zero, and up to 256 elements of one operand differ. wg_any: standard normal. wg_between: uniform. wg_any_class: class numbers in i32.
op_count int | The library's ops, by index and by name. NULL: there is none.
op_at op* i:int | The library's ops, by index and by name. NULL: there is none.
op_find op* name:text | The library's ops, by index and by name. NULL: there is none.
op_is bool op:op* name:text | Whether it is the library's op of this name. A user's op may have the same name, and is another one.
op_is_internal bool op:op* | Whether the op is one of the library's that has no builder wg_NAME: derivative rules and other ops make it.
op_operand_name bool op:op* k:int name:text! size:size | Writes the name that the formulas of the op give to operand k, "x", or "x_2" of "x_i", with a 0 behind it. false: it has none, or there is no room.
op_has_derivative bool op:op* operand:int | Whether an op has a derivative with respect to an operand that is not zero everywhere; operand -1: with respect to any.
# ops
add@ node a b | y = a + b
sub@ node a b | y = a - b
mul@ node a b | y = a b
div@ node a b | y = a / b; of integers: float
pow@ node a b | y = a^b; d/db is 0 where a = 0
maximum@ node a b | of equals each gets half the gradient
minimum@ node a b | 
atan2@ node a b | y = the angle of the point (b, a), in radians
floor_divide@ node a b | a / b, rounded down
remainder@ node a b | y = a mod b, with the sign of b
fmod@ node a b | the same, with the sign of a
clip@ node x low high | y = low where x < low, high where x > high, else x. low and high are numbers or nodes.
addn@ node x:node[] n:int | x[0] + x[1] + ..., in this order; all of one shape and dtype.
equal@ node a b | 
not_equal@ node a b | 
less@ node a b | 
less_equal@ node a b | 
greater@ node a b | 
greater_equal@ node a b | 
logical_and@ node a b | What is not 0 is true.
logical_or@ node a b | What is not 0 is true.
logical_xor@ node a b | What is not 0 is true.
logical_not@ node x | What is not 0 is true.
where@ node c a b | a where c is true, else b
cast@ node x to:dtype | To integers: rounds towards zero. Values out of range become the nearest integer in range, NaN 0.
sum@ node a:reduce_args* | 
mean@ node a:reduce_args* | 
max@ node a:reduce_args* | the first of equals gets the gradient
min@ node a:reduce_args* | the first of equals gets the gradient
prod@ node a:reduce_args* | 
any_of@ node a:reduce_args* | bool: an element is not 0
all_of@ node a:reduce_args* | bool: no element is 0
logsumexp@ node a:reduce_args* | ln sum e^x, without overflow
var@ node a:var_args* | mean squared deviation
std@ node a:var_args* | sqrt of var, y' = 0 where it is 0
norm@ node a:norm_args* | (sum |x|^p)^(1/p). The derivative of the length 0 is 0.
argmax@ node a:axis_args* | The index of the largest element, i64; of equals the first.
argmin@ node a:axis_args* | likewise of the smallest
cumsum@ node a:cumsum_args* | y[i] = x[0] + ... + x[i] along axis; of integers and bools i64.
cumprod@ node a:cumsum_args* | likewise x[0] x[1] ... x[i]
logcumsumexp@ node a:logcumsumexp_args* | y[i] = ln (e^x[0] + ... + e^x[i]) along axis, without overflow.
linear_scan@ node a:linear_scan_args* | y[i] = a[i] y[i - 1] + b[i] along axis, y[0] = b[0].
reshape@ node x s:shape | one size may be -1: what is left
broadcast_to@ node x s:shape | 
sum_to@ node x s:shape | sums what broadcasting would repeat
gather@ node x rows | y[i...] = x[rows[i...]], along axis 0. Row -1 is the last, as in wg_take (pick.h).
softmax@ node a:softmax_args* | 
log_softmax@ node a:softmax_args* | 
dropout@ node a:dropout_args* | In WG_TRAIN each element becomes 0 or x / keep_prob, drawn anew in each evaluation. In WG_EVAL it is x.
stop_gradient@ node x | x; derivatives take it as a constant
extern@ node x shape:shape o:extern_opts* | 
# optim
sgd@ optim*! p:params* o:sgd_opts* | Gradient descent: w -= lr g
momentum@ optim*! p:params* o:momentum_opts* | Gradient descent with momentum
adam@ optim*! p:params* o:adam_opts* | Adam (Kingma and Ba 2015).
adamw@ optim*! p:params* o:adamw_opts* | AdamW (Loshchilov and Hutter 2019): wg_adam with a weight_decay of 0.01 by default
adamax@ optim*! p:params* o:adamax_opts* | Adamax (Kingma and Ba 2015, section 7.1; eps as in PyTorch)
nadam@ optim*! p:params* o:nadam_opts* | NAdam (Dozat 2016), Adam with Nesterov's momentum. m and v are those of Adam, mu = beta1 (1 - 0.96^(psi t) / 2), mu' is the mu of the next step, P the product of all mu so far
lion@ optim*! p:params* o:lion_opts* | Lion (Chen et al. 2023): w -= lr sign(beta1 m + (1 - beta1) g), then m = beta2 m + (1 - beta2) g. The sign of 0 is 0. Use a third to a tenth of Adam's rate, and 3 to 10 times its weight decay.
adagrad@ optim*! p:params* o:adagrad_opts* | Adagrad (Duchi, Hazan and Singer 2011): v += g^2, w -= lr g / (sqrt(initial + v) + eps)
adadelta@ optim*! p:params* o:adadelta_opts* | Adadelta (Zeiler 2012)
rmsprop@ optim*! p:params* o:rmsprop_opts* | RMSprop (Tieleman and Hinton 2012; eps as in PyTorch)
lbfgs@ optim*! p:params* o:lbfgs_opts* | L-BFGS (Nocedal 1980) with a line search by the strong Wolfe conditions, for losses that are the same function in each step: no mini-batches. A step begins as that of every other optimizer, after one wg_backward of one loss. It then computes that loss and its gradient at other parameters, mostly once or twice, with the inputs and random numbers of the wg_backward, and ends at parameters where the loss is smaller. If it finds none the parameters stay as they are, and the next step goes along the gradient. Values that were read before the step stay readable.
optim_kind text i:int | For programs that read the optimizer from a text. wg_optim_kind gives the names in alphabetical order: "adadelta", "adagrad", "adam", ... NULL: there are no more. wg_optim_kind_options is the list of the options of one of them; NULL: there is no such optimizer.
optim_kind_options option_list* kind:text | For programs that read the optimizer from a text. wg_optim_kind gives the names in alphabetical order: "adadelta", "adagrad", "adam", ... NULL: there are no more. wg_optim_kind_options is the list of the options of one of them; NULL: there is no such optimizer.
optim_named@ optim*! p:params* kind:text settings:optim_setting* n:int | Makes the optimizer of this name, with n options by name. NULL: an error is recorded.
optim_free - o:optim* | Frees the optimizer. The parameters stay.
optim_group@ status o:optim* pattern:text g:group_opts* | Options for the parameters whose names match a pattern, in which * stands for any characters and ? for one.
optim_step@ status o:optim* | One step with the gradients of the last wg_backward. Parameters that the loss did not reach stay as they are. A second step of this optimizer without another wg_backward of its parameters is an error. So is a gradient that is NaN or infinite: then nothing changes, and the error says where the number arose. If the step itself makes a parameter NaN or infinite, because the rate is too large, the step is done and an error is recorded.
optim_set_lr@ - o:optim* lr:double | Sets the step size, from the next step on.
optim_lr double o:optim* | The step size.
optim_clip_norm@ double o:optim* max_norm:double | Scales the gradients so that their Euclidean norm is at most max_norm. Returns the norm before. If that is NaN or infinite, nothing is scaled, and an error is recorded.
optim_clip_value@ status o:optim* max:double | Bounds each element of the gradients to [-max, max].
optim_keep_gradients - o:optim* on:bool | on: gradients stay until the next wg_backward or wg_optim_zero_grad. A second step uses them again, and wg_backward_add adds to them. A step without gradients changes nothing. wg_lbfgs uses them once.
optim_zero_grad - o:optim* | A step needs another wg_backward, and wg_backward_add begins anew.
optim_set_option@ status o:optim* name:text value:double | Sets an option by name, from the next step on; a bool is 0 or 1. An option that decides which arrays are kept, such as amsgrad, is an error.
optim_array_name text o:optim* k:int | The name of array k that the optimizer keeps for each parameter, by the formulas above: "m", "v". Arrays that its options do not use have no number. NULL: there are no more.
optim_array tensor o:optim* k:int i:int | Array k of parameter i of the set. It is valid until the next step. Its data is NULL if no step has used it: then it is 0, or there is no such array.
optim_set_array@ status o:optim* k:int i:int t:tensor | Sets array k of parameter i to the values of t, of the same dtype and shape.
optim_steps int64 o:optim* i:int | How many steps parameter i of the set has taken. Of optimizers whose formula has no t it is the number of steps of the optimizer.
optim_set_steps@ status o:optim* steps:int64* n:int | Forgets all arrays, and sets these numbers: steps[i] of parameter i, 0 for those from n on.
mean_add - m:mean*! value:double weight:double | Adds a value with its weight.
# params
zeros init | First values 0.
const init value:double | First values that are all the same.
normal init mean:double deviation:double | First values from a normal distribution.
uniform init low:double high:double | First values from a uniform distribution.
xavier init | normal, variance 1 / n_in (LeCun et al. 1998)
he init | normal, variance 2 / n_in (He et al. 2015)
glorot init | normal, variance 2 / (n_in + n_out) (Glorot and Bengio 2010)
values init values:double* | NULL is an error
truncated_normal init mean:double deviation:double | Normal numbers within two standard deviations of the mean.
orthogonal init | Uniformly distributed among such matrices (Saxe, McClelland and Ganguli 2014). Of more than two axes the last one is the columns. For another factor than 1 set .a.
identity init | 1 where both indices are equal, else 0; for two axes. For another factor than 1 set .a.
sparse init zeros:double deviation:double | Each column, which has the weights of one output, has so large a share of zeros (Martens 2010).
params_new params*! c:context* | An empty set of parameters.
params_free - p:params* | It is an error while a graph has nodes of p, or p has an optimizer or an average: free those first, or call wg_begin on the graph. A part (wg_params_in) is freed with the whole set.
params_in@ params*! p:params* prefix:text | The parameters of p whose names begin with "prefix.", as a set of their own, to give to a layer. Names in it are without the prefix; parameters made through it get the prefix in p. Freed with p.
param@ node g:graph* p:params* name:text s:shape init:init | A parameter of p as a node. If p has none of that name, it is made, with first values by init; but not in WG_EVAL once p is trained (wg_params_trained). The same name twice in a graph gives the same node. Another shape or dtype is an error that names both lines.
state@ node g:graph* p:params* name:text s:shape init:init | The same for values that are not trained, such as averages and counters. States are saved and loaded with p. Gradients and optimizers skip them; wg_assign changes them.
params_context context*! p:params* | The context in which the set was made.
params_count int p:params* | of parameters and states, in creation order
params_name text p:params* i:int | The name of parameter or state i.
params_is_state bool p:params* i:int | Whether i is a state, which is not trained.
params_tensor tensor p:params* i:int | the memory is p's: do not write to it
params_grad tensor p:params* i:int | The gradient. The memory is p's. data NULL: the last wg_backward did not reach the parameter.
params_set_grad@ status p:params* name:text gradient:tensor | Sets the gradient of a parameter from a tensor of its shape, cast to its dtype, as a wg_backward does: the next step of an optimizer uses it. A struct of zeros: it has none. Gradients of p that a step has used are dropped.
params_find int p:params* name:text | the index; -1: none
params_item@ double p:params* name:text | The value of a parameter of one element. NaN after an error.
params_assign@ status p:params* name:text values:double* count:size | Sets a parameter from count doubles in row-major order. count must be its size.
params_assign_tensor@ status p:params* name:text t:tensor | Sets a parameter or state from a tensor of its shape, cast to its dtype.
params_make@ status p:params* name:text value:tensor state:bool | Makes a parameter, or a state, without a graph. The tensor is copied. A parameter must be f32 or f64, or f16 or bf16 (see wg_init_as).
params_size size p:params* | All parameters (no states) as one vector of doubles, in creation order: for optimizers of your own. its length
params_get@ status p:params* theta:double*! | All parameters (no states) as one vector of doubles, in creation order: for optimizers of your own. its length
params_set@ status p:params* theta:double* | Sets all parameters from such a vector.
params_get_grad@ status p:params* gradient:double*! | The gradient, 0 where the loss did not reach a parameter, and its Euclidean norm.
params_grad_norm@ double p:params* | The gradient, 0 where the loss did not reach a parameter, and its Euclidean norm.
params_save@ status p:params* path:text | Parameters and states in a safetensors file. The file is written whole or not at all.
params_load@ status p:params* path:text | Gives the parameters of p the values in the file. Names and shapes must be the same. Floats of any size (F16, BF16, F32, F64) are converted to the dtype of the parameter. A float in the file that p lacks is an error, of the layers that p has; what is no float may be there, as the num_batches_tracked of PyTorch. After an error nothing has changed.
params_read@ status p:params* path:text | Makes parameters of p from what the file holds, in its dtypes: those of F16 and BF16 are not trained. What is no float becomes a state.
params_trained - p:params* trained:bool | Says that the values of p come from training or from a file, as wg_optim_step, wg_params_load and wg_params_read do. From then on it is an error to make a new parameter of p in WG_EVAL: nothing would have trained its values. The error names a parameter of a similar name. Make new ones in WG_TRAIN, or say false.
layer_claim@4 site g:graph* p:params* name:text | Notes that a layer of this name is in the graph, until the next wg_begin. Returns NULL, or the call site of the layer that has the name already. After an error the same call gives the name back.
layer_site site g:graph* i:int64 first:int64*! | Where name i since wg_begin was claimed; *first: the nodes made since begin with this one. A layer that is shared has one name; one with .cache has two. NULL: there are fewer.
layer_node node n name:text | n is known by this name in the formulas of the field, as the gate "f" of an LSTM. Pictures call it so, with a number if several nodes are, but where the user's names come first. The name is not copied: give a literal. Returns n.
layer_node_name text n | "" if it has none, or one by wg_name
layer_param@1 node g:graph* p:params* layer:text part:text s:shape* init:init* | The parameter, or state, layer.part of p. They are wg_param_at and wg_state_at without the cost of joining the names, and with pointers instead of structs.
layer_state@1 node g:graph* p:params* layer:text part:text s:shape* init:init* | The parameter, or state, layer.part of p. They are wg_param_at and wg_state_at without the cost of joining the names, and with pointers instead of structs.
# pick
take@ node a:take_args* | y[..., i..., ...] = x[..., indices[i...], ...]: the axes of the indices take the place of the axis. Along axis 0 it is wg_gather.
take_along@ node a:take_args* | y[..., i, ...] = x[..., indices[..., i, ...], ...]. On the other axes x and the indices have the same sizes.
scatter_add@ node a:scatter_add_args* | x, with v added at the elements that wg_take (wg_take_along) with these indices would choose. v has the shape that its result would have.
scatter_add_along@ node a:scatter_add_args* | x, with v added at the elements that wg_take (wg_take_along) with these indices would choose. v has the shape that its result would have.
nonzero@ node a:nonzero_args* | i64 [count]: the numbers of the true elements of a bool tensor, in order, counted over all axes. A shape does not depend on values, so you say how many there are; another number makes the run fail
sort@ node a:sort_args* | The elements of the axis in order. Output 1 (wg_part) has their numbers, i64. Equal elements keep their order. NaN counts as the largest number.
argsort@ node a:sort_args* | the numbers alone
topk@ node a:topk_args* | The `count` largest elements of the axis, in decreasing order; or the smallest, in increasing order. Output 1 has their numbers, i64. Of equal elements the first comes first.
# plan
plan_look@ plan* root o:plan_opts* | The plan by which root is computed, run and timed. It is compiled for this call. FLOPs: a product of M x K and K x N counts 2 M N K. Every other op counts its elements times its cost in additions (wg_op.cost: an addition 1, exp 6, tanh 10). An op that only copies counts 0. Free the plan with wg_plan_free. NULL after an error.
plan_free - p:plan*! | Frees the plan.
limits_measure status c:context* l:limits*! | Measures what the machine can do with the context's threads.
plan_bound bound s:plan_step* l:limits* | The shortest possible time of a step.
interrupts_wait bool c:context* on:bool | While on, what is computed is not interrupted: an interrupt (wg_interrupt, .on_poll) waits for what the program computes next, and wg_recover does not forget it. Pictures are drawn so. Returns what was before.
# recurrent
nn_rnn_cell@ states a:nn_cell_args* | One step of a plain recurrent layer: h' = tanh(x W + h U + b).
nn_lstm_cell@ states a:nn_cell_args* | One step of a long short-term memory (Hochreiter and Schmidhuber 1997).
nn_gru_cell@ states a:nn_cell_args* | One step of a gated recurrent unit (Cho et al. 2014).
nn_rnn@ states a:nn_recurrent_args* | A layer over all steps of x, by the formulas above. The products x W + b of all steps are one product before the first step. With .lengths the states of a sequence stay as they are from its end on, and y is 0 there. A reversed layer begins at the end of each sequence. A bidirectional one has a second set of parameters, NAME.reverse.W and so on; y, h and c then are 2 units wide: the forward layer's and behind them the reversed one's.
nn_lstm@ states a:nn_recurrent_args* | A layer over all steps of x, by the formulas above. The products x W + b of all steps are one product before the first step. With .lengths the states of a sequence stay as they are from its end on, and y is 0 there. A reversed layer begins at the end of each sequence. A bidirectional one has a second set of parameters, NAME.reverse.W and so on; y, h and c then are 2 units wide: the forward layer's and behind them the reversed one's.
nn_gru@ states a:nn_recurrent_args* | A layer over all steps of x, by the formulas above. The products x W + b of all steps are one product before the first step. With .lengths the states of a sequence stay as they are from its end on, and y is 0 there. A reversed layer begins at the end of each sequence. A bidirectional one has a second set of parameters, NAME.reverse.W and so on; y, h and c then are 2 units wide: the forward layer's and behind them the reversed one's.
# schedule
lr_constant double lr:double t:double | lr at all times
lr_inverse double lr:double decay:double t:double | lr / (1 + decay t)
lr_exponential double lr:double factor:double t:double | lr factor^t
lr_root double lr:double t:double | lr / sqrt(t + 1)
lr_staircase double lr:double factor:double every:double t:double | lr factor^floor(t / every)
lr_cosine double lr:double t:double steps:double | From lr at 0 to 0 at `steps`, and 0 afterwards: lr (1 + cos(pi t / steps)) / 2 (Loshchilov and Hutter 2017). For another end: least + wg_lr_cosine(lr - least, t, steps).
lr_warm_up double lr:double t:double steps:double | lr (t + 1) / steps until that is lr, then lr. The first rate is not 0.
lr_one_cycle double most:double t:double steps:double | One cycle (Smith 2018): by half a cosine from most / 25 to `most` in the first 30 % of `steps`, by another half down to most / 250000 at the last step. The numbers are those of PyTorch's OneCycleLR.
# sequential
nn_sequential@ node a:nn_sequential_args* | Layers one after the other.
# state
save@ status c:context* path:text | Writes all that a training in c goes on from: the parameters and states of every set; of every optimizer its arrays, rate and count of steps; every wg_average; the epoch of every graph's random draws; the epoch, order and place of every data set; and what wg_save_with has added. Call it between steps: gradients are not saved. The file is written whole or not at all, so the file before it survives if the program is killed in the middle.
resume@ bool c:context* path:text | Sets all of that from a file of wg_save. Call it when sets, optimizers, graphs and data sets are made, in the same order as in the program that wrote the file. Parameters that are not there yet are made: a later wg_param finds them. False: there is no such file, and the training starts fresh; or the file does not fit: then an error is recorded, and nothing has changed.
save_with@ status c:context* name:text memory:tensor checks:save_checks* | Adds memory of yours, under a name, to what wg_save writes and wg_resume sets.
save_end - c:context* name:text | Takes it out again.
is_saved bool c:context* name:text | Whether there is memory of this name.
saved_checks save_checks* c:context* i:int | The checks of memory i of wg_save_with, i = 0, 1, ..., the newest first. NULL: there are no more.
params_make_all@ status p:params* n:int each:saved_fn() user:void* | Makes n parameters of p, or states, as wg_params_make does: all of them, or after an error none. Each is copied before `each` is called for the next.
saved_list saved* c:context* n:int*! | What wg_save writes, as tensors with names. NULL: an error is recorded.
saved_restore@ status c:context* list:saved* n:int who:text from:text | Sets everything from such a list, in any order. who and from are for messages: "resume", the file's path. After an error nothing has changed.
params_snapshot@ snapshot*! p:params* | A copy of all values of p, states included.
params_restore@ status p:params* s:snapshot* | Gives the parameters of p the values of the snapshot.
snapshot_free - s:snapshot* | Frees the snapshot.
params_copy@ status to:params* from:params* | Gives the parameters and states of `to` the values of those of the same names in `from`, two sets or parts of sets. All of `from` must fit. If `to` lacks one, it is made.
params_blend@ status to:params* from:params* tau:double | to = (1 - tau) to + tau from, for tau in [0, 1]: a target network that follows slowly, an average of weights. States of integers are copied. What `to` lacks is made as a copy.
params_with@ params*! p:params* list:given* n:int | p with the n given nodes, of one graph, in the place of parameters: for a layer that shall compute with values that were computed themselves. Weights after a step that is differentiated (MAML), weight normalisation, a net that makes the weights of another
params_keep_values - p:params* how:keep | Which values keep their numbers, of those that were made of the parameters of p, when these change by whatever call. WG_KEEP: each graph with nodes of p gets a copy of them before the change, so what was not read can be read afterwards. The next wg_param of the graph is a new node, with the new value. A wg_backward adds the gradients of old and new nodes. States that wg_assign changes are no part of it. wg_lbfgs, which moves the parameters of one graph, does not go with it.
params_freeze@ status p:params* pattern:text on:bool | on: parameters of p whose names match get no gradient, and no optimizer changes them, until the same is said with false. In a pattern * stands for any characters, ? for one: "body.*". The names are those in p. The last call whose pattern matches decides, also for parameters that are made later. wg_grad by a frozen parameter is not changed.
params_seal - p:params* on:bool | on: to make another parameter of the set is an error, which names the nearest name that is there. So a name that is mistyped after the first step is found.
# table
table_read@ table*! c:context* path:text o:table_opts* | Opens a table. NULL: an error is recorded.
table_free - t:table* | frees the table and all that it has given
table_rows int64 t:table* | rows with values; 0 after an error
table_columns int t:table* | the number of columns
table_column column t:table* k:int | column k from 0 on
table_find int t:table* name:text | the number of a column; -1: there is none
table_named@ int t:table* list:text columns:int*! room:int | The numbers of the columns of a list, "age, height" or "a:d", of which the first `room` go to columns, if it is not NULL. Returns how many there are; -1: an error is recorded.
table_use@ status t:table* columns:int* n:int | Says that n columns will be used. Records the first error in one of them, and does what .fill says with their missing values; without .fill a missing value is an error. drop: rows of the table go, in all columns.
table_values@ tensor t:table* k:int | The values of a column, [rows]: numbers and dates have the context's float dtype, NaN where there is no value; words are their numbers (i32) in alphabetical order of bytes, numbers before them by size, -1 where there is none. data NULL: an error is recorded.
table_word text t:table* k:int i:int64 | word i of column k; "": there is none
table_row text t:table* i:int64 length:size_t* | The text of row i as it stands in the file, without the end of its line, in UTF-8; -1: that of the names. It is not ended by a zero byte: *length has its bytes. NULL: there is none.
table_sign char t:table* decimal:bool | the decimal sign, or the separator
table_about text t:table* | Lines of text: how the file is written, then each column with what it holds. The text is the table's.
# transformer
nn_embedding@ node a:nn_embedding_args* | Rows of the table NAME.W [count, width] by their numbers: [...] gives [..., width].
nn_cache_new@ nn_cache*! c:context* | An empty cache.
nn_cache_step@ status k:nn_cache* | Ends the step. The layers of the step must still be in their graph: neither wg_begin nor wg_graph_free comes between. After an error nothing is stored; if it is a lack of memory, the cache is empty.
nn_cache_select@ status k:nn_cache* rows:int64* n:int64 | Index i of the first axis, a text of the batch, becomes what index rows[i] was. n may be another number than there were texts: then the next steps have n texts. For a beam search, in which a text goes on from another
nn_cache_tokens int64 k:nn_cache* | the place of the next token; NULL: 0
nn_cache_clear - k:nn_cache* | for another text
nn_cache_free - k:nn_cache* | Frees the cache.
nn_attention@ node a:nn_attention_args* | Attention of x [..., tokens, width] to itself, or to .memory [..., keys, width]: wg_attention between two products. NAME.W [width, 3 width] and NAME.b make queries, keys and values, one behind the other; NAME.Wo [width, width] and NAME.bo make the result.
nn_transformer_block@ node a:nn_transformer_block_args* | A block of GPT-2: z = x + attention(layer_norm(x)), y = z + fc2(gelu(fc1(layer_norm(z)))). The layers are NAME.ln1, NAME.attn, NAME.ln2, NAME.fc1 and NAME.fc2; gelu is the form with tanh. With .drop both sums add the dropout of their second part.
summary@ status y to:file | Prints a table of the layers that y depends on: the shape of the result, the number of parameters, the multiply-adds of products, and the bytes of all values that are computed (a plan keeps fewer), with totals. A node belongs to the layer whose parameters it uses, otherwise to the layer of the operand that was made last. A layer is the name of a parameter up to its last dot. Nothing is computed.
"""

STRUCTS = """
adadelta_opts ; lr:double rho:double eps:double weight_decay:double coupled:bool l1:double decay_all:bool
adagrad_opts ; lr:double eps:double initial:double weight_decay:double coupled:bool l1:double decay_all:bool
adam_opts ; lr:double beta1:double beta2:double eps:double amsgrad:bool weight_decay:double coupled:bool l1:double decay_all:bool
adamax_opts ; lr:double beta1:double beta2:double eps:double weight_decay:double coupled:bool l1:double decay_all:bool
adamw_opts ; lr:double beta1:double beta2:double eps:double amsgrad:bool weight_decay:double coupled:bool l1:double decay_all:bool
adaptive_pool_args x ; by:pool_by size:shape
allocator resize:() user:void*
attention_args x k v mask ; causal:bool scale:double heads:int64
attr_row name:text kind:attr_kind offset:size standard:text choices:text
average_opts ; decay:double
axes mark:axes_mark* count:int axis:int[8]
axes_args x ; axis:int axes:axes ; 1
axis_args x ; axis:int keepdims:bool ; 1
axis_opts ; label:text low:double high:double scale:scale names:names name_count:int reversed:bool hidden:bool
batch x:tensor y:tensor n:int64
batch_norm_args x gamma beta mean variance ; eps:double axis:int
bound seconds:double by_memory:bool level:int
builtin name:text usage:text summary:text
by_pointer f:() user:void*
call op:op* attr:void* here:site operands:int first:int64 after:int64 result
categorical_args x ; name:text
check_component yours:double numeric:double bar:double left:double right:double word:text why:char[200]
check_finding stage:text op:text where:text name:text operand:int by:text shape:shape element:int64 yours:double numeric:double bar:double remedy:text point:text wrong:int64 node:int64
check_input name:text shape:shape verdict:verdict ratio:double floor:double worst:int64 analytic:double* numeric:double* slope:double* bar:double* resolution:double here:double op:text where:text reason:text hint:text course:int64 alone:int64 directions:int64 zeros:int64 wrong:int64 left_out:bool node:int64
check_point text:text used:bool why:text clear:int differ:int unclear:int kinks:int
check_rules compared:int64 unclear:int64 not_built:int64 held:int64 narrow:int64
check_second order:int rules:int64 unclear:int64 whole:bool zero:bool blurred:int resolution:double reason:text kink:text
claim line:int text:text left right relation:relation within part:claim_part* parts:int
claim_part name:text shape:shape
class_loss_args x y ; reduction:reduction smoothing:double weights mask ignore:double any_rows:bool
column name:text type:column_type missing:int64 words:int64 why:text form:text
conv_args x W ; stride:shape dilation:shape padding:shape same:bool groups:int64
cosine_args x y ; axis:int eps:double
csv_opts ; y:text x:text skip:text like:data*
cumsum_args x ; axis:int exclusive:bool reverse:bool ; 1
draw_opts ; format:text style:text id:text title:text values:bool level:text overlay:text steps:bool hide:text width:int edges:text top_down:bool legend:bool scopes:bool most:int fit:text keep:text depth:int seconds:double backward:bool wrt:node* wrt_count:int sizes:size_name* size_count:int beside source:text marks:node_mark* mark_count:int ansi:bool fold:maybe series:bool limits:limits*
dropout_args x ; keep_prob:double drop:double name:text mode:layer_mode
elu_args x ; alpha:double
extern_opts ; name:text forward:forward_fn() backward:backward_fn() user:void* impure:bool
failure op:text here:site message:text operands:int operand:node[4]
fault index:int64 value:int64 limit:int64 text:text operand:int
figure_opts ; description:text columns:int width:double height:double
figure_save_opts ; format:figure_format id:text frame:int width:double height:double columns:int ascii:maybe part:bool color:maybe
fit_line word:text epoch:int64 epochs:int64 measures:int name:text[4] is_share:bool[4] value:double[4] has_dev:bool has_gradient:bool dev:double gradient:double rows:double seconds:double left:double
fit_loop step:() measure:() ended:() user:void* epochs:int64 patience:int64 p:params* kept:params* epoch:int64 best:int64 least:double
fit_opts ; epochs:int64 batch:int64 patience:int64 dev:data* hold_out:double optimizer:optim* schedule:rate_fn() metric:text graph:graph* save:text print:bool on_line:line_fn() user:void*
fitted status:status epochs:int64 best:int64 loss:double dev:double metric:double dev_metric:double
fixed_point_args x f:part_fn() user:void* ; tol:double most:int anderson:int adjoint_steps:int
gelu_args x ; by_tanh:bool
given name:text value
gradcheck_opts ; eps:double one_sided:bool name:text components:int64 allocator:allocator* progress:progress_fn() progress_user:void* order:int course_only:bool tolerance:double accuracy:double evaluations:int64 intended:text names:text
graph_watch live:int changed:int nodes:()
grid_opts ; values:tensor f:field() user:void* x:ends y:ends nx:int ny:int map:color_map low:double high:double numbers:bool bar:bool levels:double* level_count:int log_levels:maybe level_texts:bool color:figure_color width:double
group_norm_args x gamma beta groups:int ; eps:double axis:int
group_opts ; lr_scale:double lr:double weight_decay:double l1:double decay:bool lazy:bool
group_start_opts ; shards:int timeout:double
huber_args x y ; reduction:reduction delta:double
index_along_args x ; axis:int ; 1
init kind:init_kind a:double b:double fan:fan values:void* dtype:dtype
join_args x:node[] n:int ; axis:int ; 1
kernel begin:int64 end:int64 phase:int operands:int outputs:int x:void** y:void** step:byte* xt:type* yt:type* attr:void* scratch:void* seed:uint64 epoch:uint64 fault:fault* prepared:void*
layer_norm_args x gamma beta ; eps:double axis:int axes:axes
lbfgs_opts ; lr:double history:int evaluations:int
leaky_relu_args x ; slope:double
limits f32:double f64:double bytes:size[4] bandwidth:double[4]
linear_scan_args x b ; axis:int reverse:bool
linspace_args x:graph* from:double to:double ; count:int64 ; 1
lion_opts ; lr:double beta1:double beta2:double weight_decay:double coupled:bool l1:double decay_all:bool
logcumsumexp_args x ; axis:int reverse:bool ; 1
loss_args x y ; reduction:reduction
make_opts ; noise:double classes:int64 seed:int64
matmul_args x y ; ta:bool tb:bool
mean value:double weight:double
measure text:text node
momentum_opts ; lr:double beta:double classical:bool nesterov:bool velocity:bool weight_decay:double coupled:bool l1:double decay_all:bool
nadam_opts ; lr:double beta1:double beta2:double eps:double psi:double weight_decay:double coupled:bool l1:double decay_all:bool
nearest_word word:text best:text length:int limit:int
nn_attention_args x p:params* name:text ; heads:int64 causal:bool mask memory bias:bool share:bool W_init:init Wo_init:init cache:nn_cache*
nn_batch_norm_args x p:params* name:text ; momentum:double eps:double share:bool mode:layer_mode axis:int
nn_cell_args x state:states p:params* name:text units:int64 ; relu:bool share:bool W_init:init U_init:init b_init:init
nn_conv_args x p:params* name:text units:int64 ; size:shape stride:shape dilation:shape padding:shape same:bool groups:int64 bias:bool share:bool W_init:init b_init:init
nn_dense_args x p:params* name:text units:int64 ; bias:bool share:bool W_init:init b_init:init
nn_embedding_args x p:params* name:text count:int64 width:int64 ; padding_index:int64 share:bool W_init:init
nn_first x p:params* name:text
nn_group_norm_args x p:params* name:text groups:int ; eps:double axis:int share:bool
nn_kind name:text make:() part:size part_size:size list:() first:size share:size sizes:int rows:attr_row* init:size is_norm:bool
nn_layer_norm_args x p:params* name:text ; eps:double share:bool axis:int axes:axes
nn_part dense:int64 conv:int64 conv_transpose:int64 rnn:int64 lstm:int64 gru:int64 attention:int64 transformer:int64 embedding:int64 batch_norm:bool layer_norm:bool rms_norm:bool max_pool:shape avg_pool:shape drop:double flatten:bool op:() layer:() no_bias:bool size:shape stride:shape padding:shape same:bool bidirectional:bool causal:bool width:int64
nn_recurrent_args x p:params* name:text units:int64 ; state:states lengths reverse:bool bidirectional:bool relu:bool share:bool W_init:init U_init:init b_init:init
nn_rms_norm_args x p:params* name:text ; eps:double share:bool axis:int axes:axes
nn_sequential_args x p:params* name:text part:nn_part* count:int ; share:bool
nn_states y h c
nn_transformer_block_args x p:params* name:text ; heads:int64 hidden:int64 causal:bool mask drop:double share:bool cache:nn_cache*
node graph:graph* index:uint32 generation:uint32
node_mark node kind:mark_kind text:text
nonzero_args x ; count:int64 ; 1
norm_args x ; axis:int axes:axes keepdims:bool p:double
odeint_args x f:ode_fn() user:void* from:double to:double ; method:ode_method steps:int rtol:double atol:double most:int times:double* count:int adjoint:bool t
one_hot_args x ; count:int64 axis:int ; 1
optim_choice name:text setting:optim_setting[16] settings:int schedule:text number:double[3]
optim_setting name:text value:double
option name:text type:text standard:text range:text text:text kind:option_kind offset:size
option_list name:text standard:void* size:size mark:size option:option* count:int places:int
pad_args x ; axis:int before:int64 after:int64 value:double mode:pad_mode
panel_opts ; x:axis_opts y:axis_opts equal:bool legend:maybe grid:bool
pattern count:int64 row:int32* column:int32*
plan steps:int ops:int buffers:int threads:int runs:int step:plan_step* op:plan_op* buffer:plan_buffer* inputs:size parameters:size workspace:size results:size gradients:size tiles:size seconds:double
plan_buffer where:plan_where name:text offset:size bytes:size first:int last:int
plan_op op:text name:text derived:bool node:int64 shape:shape dtype:dtype flops:double operands:int operand:int*
plan_opts ; params:params* wrt:node* wrt_count:int seconds:double
plan_step first_op:int ops:int tile:int64 tiles:int64 chunks:int dtype:dtype reads:int writes:int read:int* write:int* read_bytes:double write_bytes:double flops:double seconds:double
pool_args x ; size:shape stride:shape padding:shape same:bool skip_padding:bool
random_normal_args x:graph* shape:shape ; mean:double deviation:double name:text
random_uniform_args x:graph* shape:shape ; low:double high:double name:text
recompute_chain_args x f:step_fn() user:void* steps:int ; keep:int
reduce_args x ; axis:int axes:axes keepdims:bool ; 1
repeat_args x ; count:int64 axis:int ; 2
replay_opts ; floats:dtype params:params* held:byte* map:node*! pieces:bool guards:bool each:each_fn() each_user:void*
resize_args x shape:shape ; mode:resize_mode axis:int axes:axes align_corners:bool
rms_norm_args x gamma ; eps:double axis:int axes:axes
rmsprop_opts ; lr:double rho:double eps:double momentum:double centered:bool weight_decay:double coupled:bool l1:double decay_all:bool
roll_args x ; shift:int64 axis:int ; 2
rule op:op* here:site operands:int x:type* node:node* attr:void* y:type[4] graph:graph* made:shape[4] text:char[4][160]
runs from:int64 run:int64 stride:int64
save_checks refuse:() resumed:() user:void*
saved name:text value:tensor state:bool
scatter_add_args x indices v ; axis:int
select_args x ; axis:int index:int64 ; 2
series_opts ; color:figure_color width:double dash:int marker:marker size:double bins:int
setting kind:attr_kind given:bool whole:int64 real:double list:shape word:char[256]
settled_args x before ; tol:double
sgd_opts ; lr:double weight_decay:double coupled:bool l1:double decay_all:bool
shape rank:int dim:int64[8]
size_name name:text size:int64 other:graph* other_size:int64 of:graph*
slice_args x ; axis:int from:int64 to:int64 step:int64
softmax_args x ; axis:int temperature:double ; 1
sort_args x ; axis:int descending:bool ; 1
split_args x y:node*! ; parts:int axis:int sizes:shape ; 2
squeeze_args x ; axis:int axes:axes ; 1
start_opts ; seed:uint64 threads:int dtype:dtype allocator:allocator* on_error:error_fn() on_warning:line_fn() on_poll:poll_fn() user:void* interpret:int without:uint trace:uint on_trace:line_fn() plan_bytes:int64
symbol name:text size:int64 given:bool
table_opts ; type:text categories:text missing:text fill:text separator:int decimal:int header:maybe
take_args x indices ; axis:int ; 1
tensor dtype:dtype shape:shape data:void*
tile_args x ; counts:shape ; 1
topk_args x ; count:int64 axis:int smallest:bool ; 2
training line:int loss:measure metric:measure[16] metrics:int optimizer:optim_choice batch:int64 epochs:int64 patience:int64 minimizes:bool tolerance:double
transpose_args x ; axes:axes ; 1
triangle_args x ; offset:int
triangular_solve_args x b ; upper:bool transposed:bool unit:bool
triplet_args x positive negative ; reduction:reduction margin:double
type shape:shape* dtype:dtype
user_call here:site name:text
var_args x ; axis:int axes:axes keepdims:bool correction:double ; 1
"""

OPERANDS = """
split_args.y the parts, from the first to the last
triangle_args.x matrices: [..., m, n]
attention_args.x the queries q
attention_args.mask may be left out: then all keys are seen
odeint_args.x the state at `from`, of any shape
fixed_point_args.x where the iteration begins
triangular_solve_args.x triangles: [..., n, n]; what is on the other side of the diagonal is not read
triangular_solve_args.b [..., n, k], or a vector [n]
loss_args.x predictions
loss_args.y targets
class_loss_args.x [..., classes]
class_loss_args.y class numbers [...], integers or floats with integer values; or probabilities [..., classes]
huber_args.x predictions
huber_args.y targets, of the same shape
cosine_args.y of the same shape
triplet_args.x vectors, along the last axis
triplet_args.positive of the same shape: what should be near x
triplet_args.negative and what should be far
random_normal_args.x the graph
random_uniform_args.x the graph
categorical_args.x logits [..., classes]
linspace_args.x the graph
one_hot_args.x class numbers: integers, or floats with integer values
nn_dense_args.x [..., in]
nn_conv_args.units channels of the result
group_norm_args.groups the number of channels must be a multiple of it; wg_instance_norm takes none
resize_args.shape the new sizes of the axes
linear_scan_args.x the factors a
linear_scan_args.b of the same shape
scatter_add_args.v values
nn_cell_args.x [batch, in]
nn_cell_args.state before the step
nn_recurrent_args.x [batch, time, in]
nn_sequential_args.part the first one first
nn_embedding_args.x integers from 0 to count - 1
nn_transformer_block_args.x [..., tokens, width]
"""

ENUMS = """
arithmetic WG_BY_KERNEL WG_ADDS WG_SUBTRACTS WG_MULTIPLIES WG_DIVIDES WG_NEGATES
attr_kind WG_ATTR_INT WG_ATTR_AXIS WG_ATTR_SIZE WG_ATTR_DOUBLE WG_ATTR_BOOL WG_ATTR_AXES WG_ATTR_SHAPE WG_ATTR_DTYPE WG_ATTR_CHOICE WG_ATTR_POINTER WG_ATTR_TEXT
class WG_MAP WG_RANDOM WG_ROWS WG_REDUCE WG_ALIAS WG_CONTRACT WG_OPAQUE WG_LEAF
color_map WG_MAP_DEFAULT WG_MAP_SEQUENTIAL WG_MAP_DIVERGING WG_MAP_GREY WG_MAP_CLASSES
column_type WG_NUMBER WG_WORD WG_DATE
dtype WG_DEFAULT_DTYPE WG_F32 WG_F64 WG_I32 WG_I64 WG_BOOL WG_U8 WG_F16 WG_BF16 WG_DTYPE_COUNT
fan WG_FAN_IN WG_FAN_AVERAGE
figure_color WG_COLOR_DEFAULT WG_COLOR_BLUE WG_COLOR_ORANGE WG_COLOR_GREEN WG_COLOR_PINK WG_COLOR_YELLOW WG_COLOR_SKY WG_COLOR_BROWN WG_COLOR_VIOLET WG_COLOR_GREY WG_COLOR_KINDS
figure_format WG_FIGURE_BY_PATH WG_FIGURE_SVG WG_FIGURE_HTML WG_FIGURE_TEX WG_FIGURE_TXT WG_FIGURE_PNG WG_FIGURE_PDF
fit_turn WG_FIT_STOP WG_FIT_STEP WG_FIT_EPOCH
formula_form WG_FORMULA_UNICODE WG_FORMULA_ASCII WG_FORMULA_LATEX
init_kind WG_INIT_DEFAULT WG_INIT_CONST WG_INIT_NORMAL WG_INIT_UNIFORM WG_INIT_VARIANCE WG_INIT_VALUES WG_INIT_TRUNCATED WG_INIT_ORTHOGONAL WG_INIT_IDENTITY WG_INIT_SPARSE
keep WG_KEEP_OPEN WG_KEEP_READ WG_KEEP
language WG_IN_WG WG_IN_C WG_IN_CPP WG_IN_PYTHON WG_IN_LANGUAGES
layer_mode WG_AS_GRAPH WG_AS_TRAIN WG_AS_EVAL
leaf WG_LEAF_NONE WG_LEAF_NUMBER WG_LEAF_INPUT WG_LEAF_PARAM WG_LEAF_STATE WG_LEAF_STREAM
mark_kind WG_MARK_WRONG WG_MARK_AFFECTED WG_MARK_PASSED
marker WG_MARKER_DEFAULT WG_MARKER_DISC WG_MARKER_SQUARE WG_MARKER_TRIANGLE WG_MARKER_DIAMOND WG_MARKER_CROSS WG_MARKER_RING WG_MARKER_KINDS
meaning WG_NAME_UNKNOWN WG_NAME_INPUT WG_NAME_SYMBOL WG_NAME_CONSTANT WG_NAME_PARAM WG_NAME_COMPUTED WG_NAME_FUNCTION
mode WG_TRAIN WG_EVAL
ode_method WG_ODE_DORMAND_PRINCE WG_ODE_EULER WG_ODE_MIDPOINT WG_ODE_RK4 WG_ODE_METHODS
option_kind WG_OPTION_OTHER WG_OPTION_REAL WG_OPTION_INT WG_OPTION_SIZE WG_OPTION_BOOL WG_OPTION_CHOICE WG_OPTION_TEXT
pad_mode WG_PAD_CONSTANT WG_PAD_REFLECT WG_PAD_EDGE
picture_kind WG_PICTURE_GRAPH WG_PICTURE_TEXT WG_PICTURE_STEPS WG_PICTURE_TABLE WG_PICTURE_DOT WG_PICTURE_PLAN WG_PICTURE_NODES WG_PICTURE_FILE
plan_where WG_PLAN_INPUT WG_PLAN_PARAMETER WG_PLAN_NUMBER WG_PLAN_WORK WG_PLAN_RESULT WG_PLAN_GRADIENT
pool_by WG_POOL_MAX WG_POOL_MEAN
promote WG_PROMOTE_STANDARD WG_PROMOTE_COMMON WG_PROMOTE_FLOAT WG_PROMOTE_NONE
reduction WG_MEAN WG_SUM WG_NONE
relation WG_EQUAL_TO WG_LESS_THAN WG_AT_MOST WG_MORE_THAN WG_AT_LEAST
resize_mode WG_NEAREST WG_BILINEAR
scale WG_SCALE_LINEAR WG_SCALE_LOG WG_SCALE_AUTO
series_kind WG_SERIES_LINE WG_SERIES_POINTS WG_SERIES_STEPS WG_SERIES_BARS WG_SERIES_BAND WG_SERIES_PATH WG_SERIES_HISTOGRAM WG_SERIES_KINDS
status WG_OK WG_ERROR_SHAPE WG_ERROR_DTYPE WG_ERROR_VALUE WG_ERROR_USE WG_ERROR_GRADIENT WG_ERROR_FILE WG_ERROR_FORMAT WG_ERROR_MEMORY WG_ERROR_MISSING WG_ERROR_USER WG_ERROR_SYNTAX WG_ERROR_INTERRUPTED
verdict WG_PASS WG_FAIL WG_INCONCLUSIVE
view_kind WG_VIEW_BY_RULE WG_VIEW_WHOLE WG_VIEW_PART
word_kind WG_WORD_CALL WG_WORD_NAME WG_WORD_OPTION WG_WORD_FLAG WG_WORD_COMMAND
"""
