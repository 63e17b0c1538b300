using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.Logging;

namespace SyncFunctions.Host.Tests.Invocation;

public sealed record Marked(string Text);

[InputConverter(typeof(ColourConverter))]
public sealed record Colour(string Name);

public sealed class ColourConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) => ValueTask.FromResult(context.Source switch
    {
        "unhandled" => ConversionResult.Unhandled(),
        "broken" => ConversionResult.Failed(new FormatException("no colour")),
        string name => ConversionResult.Success(new Colour($"{name} for {context.FunctionContext.FunctionDefinition.Name}")),
        _ => ConversionResult.Unhandled(),
    });
}

/// <summary>Says which binding attribute the parameter has that it is used for.</summary>
public sealed class AttributeConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        if (context.TargetType != typeof(Marked)) return ValueTask.FromResult(ConversionResult.Unhandled());
        var none = typeof(ObsoleteAttribute);
        var has = context.TryGetBindingAttribute<HttpTriggerAttribute>(out var attribute);
        return ValueTask.FromResult(ConversionResult.Success(new Marked($"{has} {(attribute as HttpTriggerAttribute)?.Route} {context.TryGetBindingAttribute(none, out _)}")));
    }
}

public sealed class BindingSamples
{
    [Function("Values")]
    public IActionResult Values(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "values/{number}")] HttpRequest request, int number, string? text, Guid? id, DateTime? day, bool flag = true)
        => new OkObjectResult($"{number} {text ?? "null"} {id?.ToString("N") ?? "null"} {day?.ToString("yyyy-MM-dd") ?? "null"} {flag}");

    [Function("Colours")]
    public IActionResult Colours([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "colours")] HttpRequest request, Colour? colour)
        => new OkObjectResult(colour?.Name ?? "null");

    [Function("Marks")]
    public IActionResult Marks([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "marks")] Marked trigger, Marked other) => new OkObjectResult($"{trigger.Text}, {other.Text}");

    [Function("MvcNames")]
    public IActionResult MvcNames(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "mvc/{part}")] HttpRequest request, [FromRoute] string part, [FromQuery] string? q, [FromHeader] string? accept)
        => new OkObjectResult($"{part} {q} {accept ?? "null"}");

    [Function("Coded")]
    public IActionResult Coded([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "coded")] HttpRequest request, string? code, FunctionContext context)
        => new OkObjectResult($"{code ?? "null"} {request.Query["code"]} {context.BindingContext.BindingData.ContainsKey("code")}");

    [Function("Needy")]
    public IActionResult Needy([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "needy")] HttpRequest request, int needed) => new OkObjectResult(needed);

    [Function("Metric")]
    public IActionResult Metric([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "metric")] HttpRequest request, FunctionContext context)
    {
        context.GetLogger("Metrics").LogMetric("Apples", 2.5, new Dictionary<string, object> { ["Kind"] = "red" });
        return new OkResult();
    }
}
