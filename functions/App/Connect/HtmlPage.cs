using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace SyncFunctions.App.Connect;

/// <summary>
/// A small page of ours, complete in itself: no other host is asked for anything, no frame may hold it, nothing is kept, and the
/// address it stands at leaves the history at once, since that may carry a code or a token.
/// </summary>
public sealed class HtmlPage(int status, string title, string text, string script = "") : IActionResult
{
    internal const string ClearAddress = "history.replaceState(null, '', location.pathname);";

    public int Status { get; } = status;

    public string Title { get; } = title;

    public string Text { get; } = text;

    /// <summary>What stands below the text.</summary>
    public ImmutableArray<HtmlSection> Sections { get; init; } = [];

    /// <summary>Where a link leads that the script shows.</summary>
    public string? Back { get; init; }

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        response.StatusCode = Status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        response.Headers.CacheControl = "no-store";
        response.Headers.XFrameOptions = "DENY";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        await response.WriteAsync(Render(nonce), Encoding.UTF8, context.HttpContext.RequestAborted);
    }

    private string Render(string nonce)
    {
        var (heading, message) = (HtmlEncoder.Default.Encode(Title), HtmlEncoder.Default.Encode(Text));
        return $$"""
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <title>{{heading}} – SyncFunctions</title>
              <style nonce="{{nonce}}">
                :root { color-scheme: light dark; }
                body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto 0; padding: 0 1.5rem; color: light-dark(#1d2733, #e6ebf0); background: light-dark(#fff, #14191f); }
                header { font-size: .85rem; color: light-dark(#5a6877, #9aa8b6); letter-spacing: .04em; }
                h1 { font-size: 1.5rem; margin: .25rem 0 .75rem; }
                h2 { font-size: 1.1rem; margin: 1.5rem 0 .25rem; }
                li { margin: .25rem 0; overflow-wrap: anywhere; }
              </style>
            </head>
            <body>
              <header>SyncFunctions</header>
              <main><h1 id="title">{{heading}}</h1><p id="text" role="status">{{message}}</p>{{string.Concat(Sections.Select(section => section.Render()))}}
              <p><a id="back" href="{{HtmlEncoder.Default.Encode(Back ?? "")}}" hidden>Back to the dashboard</a></p></main>
              <script nonce="{{nonce}}">{{(script.Length > 0 ? script : ClearAddress)}}</script>
            </body>
            </html>
            """;
    }
}

/// <summary>A heading with a list below it.</summary>
public sealed record HtmlSection(string Heading, ImmutableArray<string> Items)
{
    internal string Render() =>
        $"<h2>{HtmlEncoder.Default.Encode(Heading)}</h2><ul>{string.Concat(Items.Select(item => $"<li>{HtmlEncoder.Default.Encode(item)}</li>"))}</ul>";
}
