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
    private const string ClearAddress = "history.replaceState(null, '', location.pathname);";

    public int Status { get; } = status;

    public string Title { get; } = title;

    public string Text { get; } = text;

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
                body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto 0; padding: 0 1.5rem; color: #1d2733; background: #fff; }
                small { color: #5a6877; letter-spacing: .04em; }
                h1 { font-size: 1.5rem; margin: .25rem 0 .75rem; }
              </style>
            </head>
            <body>
              <small>SyncFunctions</small>
              <main role="status"><h1 id="title">{{heading}}</h1><p id="text">{{message}}</p></main>
              <script nonce="{{nonce}}">{{(script.Length > 0 ? script : ClearAddress)}}</script>
            </body>
            </html>
            """;
    }
}
