/* SPDX-License-Identifier: MIT */
/* Made of the headers of C by tools/build/cpp_calls.py (make docs): do not edit. */
/* The names of all options: fields.hpp uses them. */
#ifndef WENGERT_OPTION_NAMES_HPP
#define WENGERT_OPTION_NAMES_HPP
#define WG_OPTION_NAMES(X) X(U_init) X(W_init) X(Wo_init) X(accuracy) X(adjoint) X(adjoint_steps) \
    X(after) X(align_corners) X(allocator) X(alpha) X(amsgrad) X(anderson) X(ansi) X(any_rows) X(ascii) \
    X(atol) X(axes) X(axis) X(b_init) X(backward) X(bar) X(batch) X(before) X(beside) X(beta) X(beta1) \
    X(beta2) X(bias) X(bidirectional) X(bins) X(by) X(by_tanh) X(cache) X(categories) X(causal) \
    X(centered) X(classes) X(classical) X(color) X(columns) X(components) X(constant_count) X(constants) \
    X(correction) X(count) X(counts) X(coupled) X(course_only) X(dash) X(decay) X(decay_all) X(decimal) \
    X(delta) X(depth) X(descending) X(description) X(dev) X(deviation) X(dilation) X(drop) X(dtype) \
    X(each) X(each_user) X(edges) X(epochs) X(eps) X(equal) X(evaluations) X(exclusive) X(f) X(fill) \
    X(fit) X(floats) X(fold) X(format) X(forward) X(frame) X(from) X(graph) X(grid) X(groups) X(guards) \
    X(header) X(heads) X(heatmaps) X(height) X(held) X(hidden) X(hide) X(high) X(history) X(hold_out) \
    X(id) X(ignore) X(impure) X(index) X(initial) X(input_count) X(inputs) X(intended) X(interpret) \
    X(keep) X(keep_prob) X(keepdims) X(l1) X(label) X(lazy) X(legend) X(lengths) X(level) X(level_count) \
    X(level_texts) X(levels) X(like) X(limits) X(log_levels) X(loss) X(low) X(lr) X(lr_scale) X(map) \
    X(margin) X(mark_count) X(marker) X(marks) X(mask) X(mean) X(memory) X(method) X(metric) X(missing) \
    X(mode) X(momentum) X(most) X(name) X(name_count) X(names) X(nesterov) X(noise) X(numbers) X(nx) \
    X(ny) X(offset) X(on_error) X(on_line) X(on_poll) X(on_trace) X(on_warning) X(one_sided) X(opset) \
    X(optim) X(optimizer) X(order) X(output_count) X(outputs) X(overlay) X(p) X(padding) \
    X(padding_index) X(params) X(part) X(parts) X(patience) X(pieces) X(plan_bytes) X(print) X(progress) \
    X(progress_user) X(psi) X(reduction) X(relu) X(reverse) X(reversed) X(rho) X(rtol) X(same) X(save) \
    X(scale) X(schedule) X(scopes) X(seconds) X(seed) X(separator) X(series) X(shards) X(share) X(shift) \
    X(size) X(size_count) X(sizes) X(skip) X(skip_padding) X(slope) X(smallest) X(smoothing) X(source) \
    X(state) X(step) X(steps) X(stride) X(style) X(t) X(ta) X(tb) X(temperature) X(threads) X(timeout) \
    X(times) X(title) X(to) X(tol) X(tolerance) X(top_down) X(trace) X(transposed) X(type) X(unit) \
    X(upper) X(user) X(value) X(values) X(velocity) X(weight_decay) X(weights) X(width) X(without) \
    X(wrt) X(wrt_count) X(x) X(y)
#endif
