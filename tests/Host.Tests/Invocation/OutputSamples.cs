using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace SyncFunctions.Host.Tests.Invocation;

public sealed record Note(string Text);

public sealed class OutputSamples
{
    [Function("Both")]
    public AnswerAndMessage Both([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "both")] HttpRequest request, string? text)
        => new() { Answer = new AcceptedResult("/later", "queued"), Message = text, Notes = [new Note("a"), new Note("b")] };

    [Function("BothData")]
    public async Task<DataAndMessage> BothData([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "bothdata")] HttpRequestData request, string? text)
    {
        var response = request.CreateResponse(System.Net.HttpStatusCode.Accepted);
        await response.WriteStringAsync("queued");
        return new DataAndMessage { Answer = response, Message = text };
    }

    [Function("MessageOnly")]
    [QueueOutput("%Target%")]
    public string MessageOnly([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "messageonly")] HttpRequest request) => "whole";

    [Function("Unmarked")]
    public UnmarkedAnswer Unmarked([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "unmarked")] HttpRequest request)
        => new() { Answer = new StatusCodeResult(418), Message = "sent" };

    public sealed class AnswerAndMessage
    {
        [HttpResult]
        public IActionResult? Answer { get; set; }

        [QueueOutput("%Target%")]
        public string? Message { get; set; }

        [QueueOutput("%Target%")]
        public Note[]? Notes { get; set; }
    }

    public sealed class DataAndMessage
    {
        public HttpResponseData? Answer { get; set; }

        [QueueOutput("%Target%")]
        public string? Message { get; set; }
    }

    public sealed class UnmarkedAnswer
    {
        public IActionResult? Answer { get; set; }

        [QueueOutput("%Target%")]
        public string? Message { get; set; }
    }
}
