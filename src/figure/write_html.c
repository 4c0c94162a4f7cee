/* write_html.c: a page as one HTML file, which loads nothing.
 *
 * The picture is the SVG with all frames. Frames are chosen by radio buttons and CSS alone. A script,
 * where scripts run, puts a slider in their place, with the keys of a slider and the frame's number in
 * the address: #3. */
#include "figure/figure_private.h"

static void put_style(const wgi_page *g, const wgi_writing *w, wgi_strbuf *b)
{
    const char *id = w->id;
    wgi_strbuf_put(
        b,
        "<style>\n:root{color-scheme:light dark}\n"
        "body{margin:0;padding:1rem;background:#ffffff;color:#1f2328;font:1rem Helvetica,Arial,sans-serif}\n"
        "svg{display:block;width:100%;height:auto}\n"
        "fieldset{border:0;padding:0;text-align:center}label{margin-right:.8em}input[type=range]{width:60%}\n"
        "@media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}}\n"
        "@media print{fieldset{display:none}}\n");
    wgi_strbuf_format(b, "figure{margin:0 auto;max-width:%.0fvh}\n", 88 * g->width / g->height);
    if (g->of->frames) wgi_strbuf_format(b, "#%s .k{display:none}\n", id);
    for (int k = 1; k <= g->of->frames; k++)
        wgi_strbuf_format(b, "body:has(#%s-r%d:checked) #%s .k%d{display:inline}\n", id, k, id, k);
    wgi_strbuf_put(b, "</style>\n");
}

static void put_frames(const wgi_page *g, const wgi_writing *w, wgi_strbuf *b)
{
    if (!g->of->frames) return;
    wgi_strbuf_format(b, "<fieldset id=\"%s-frames\"><legend>Frame</legend>\n", w->id);
    for (int k = 1; k <= g->of->frames; k++) {
        wgi_strbuf_format(b, "<label><input type=\"radio\" name=\"%s-frame\" id=\"%s-r%d\"%s/> ", w->id,
                          w->id, k, k == w->frame ? " checked=\"checked\"" : "");
        if (*g->of->frame_name[k - 1]) wgi_strbuf_clean_xml(b, g->of->frame_name[k - 1], 60);
        else wgi_strbuf_format(b, "%d", k);
        wgi_strbuf_put(b, "</label>\n");
    }
    wgi_strbuf_put(b, "</fieldset>\n");
}

static void put_script(const wgi_page *g, const wgi_writing *w, wgi_strbuf *b)
{
    if (g->of->frames < 2) return;
    wgi_strbuf_format(b, "<script>\n(function(){var box=document.getElementById('%s-frames');\n", w->id);
    wgi_strbuf_put(b, "var radios=box.querySelectorAll('input'),slider=document.createElement('input'),"
                      "name=document.createElement('output');\n"
                      "slider.type='range';slider.min=1;slider.max=radios.length;slider.setAttribute('aria-"
                      "label','frame');\n"
                      "function show(k){radios[k-1].checked=true;slider.value=k;"
                      "name.textContent=' '+radios[k-1].parentNode.textContent.trim();}\n"
                      "for(var i=0;i<radios.length;i++)radios[i].parentNode.style.display='none';\n"
                      "box.appendChild(slider);box.appendChild(name);\n"
                      "slider.addEventListener('input',function(){show(+slider.value);"
                      "history.replaceState(null,'','#'+slider.value);});\n"
                      "var first=parseInt(location.hash.slice(1),10);\n"
                      "show(first>=1&&first<=radios.length?first:1);\n"
                      "addEventListener('hashchange',function(){var k=parseInt(location.hash.slice(1),10);"
                      "if(k>=1&&k<=radios.length)show(k);});})();\n</script>\n");
}

void wgi_write_html(const wgi_page *g, const wgi_writing *w, wgi_strbuf *b)
{
    const char *title = wgi_title_of(g->of);
    wgi_writing all = *w;
    all.all = true;
    wgi_strbuf_put(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                      "<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>");
    wgi_strbuf_clean_xml(b, *title ? title : "Figure", 400);
    wgi_strbuf_put(b, "</title>\n");
    put_style(g, w, b);
    wgi_strbuf_put(b, "</head>\n<body>\n<figure>\n");
    put_frames(g, w, b);
    wgi_write_svg(g, &all, b);
    wgi_strbuf_put(b, "</figure>\n");
    put_script(g, w, b);
    wgi_strbuf_put(b, "</body>\n</html>\n");
}
