using System.Reflection;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Hosting;

/// <summary>Any further parameter of an orchestrator function is its input.</summary>
internal sealed class OrchestratorInputBinder : IParameterBinder
{
    public bool CanBind(ParameterInfo parameter) =>
        parameter.GetCustomAttribute<BindingAttribute>() is null
        && ((MethodInfo)parameter.Member).GetParameters().Any(other => other.IsDefined(typeof(OrchestrationTriggerAttribute)));

    public ValueTask<object?> BindAsync(ParameterInfo parameter, FunctionContext context, CancellationToken cancellation) =>
        new(context.Features.Get<OrchestrationTurn>()!.Context.GetInput(parameter.ParameterType));
}

/// <summary>The context of an activity beside its input.</summary>
internal sealed class ActivityContextBinder : IParameterBinder
{
    public bool CanBind(ParameterInfo parameter) => parameter.ParameterType == typeof(TaskActivityContext);

    public ValueTask<object?> BindAsync(ParameterInfo parameter, FunctionContext context, CancellationToken cancellation) =>
        new(context.Features.Get<TaskActivityContext>());
}

/// <summary>The client of the task hub. The hub is asked for late: it needs the invoker, which needs the binders.</summary>
internal sealed class DurableClientBinder(IServiceProvider services) : IParameterBinder
{
    public bool CanBind(ParameterInfo parameter) => parameter.IsDefined(typeof(DurableClientAttribute));

    public ValueTask<object?> BindAsync(ParameterInfo parameter, FunctionContext context, CancellationToken cancellation) =>
        new(services.GetRequiredService<DurableHost>().GetClient(parameter.GetCustomAttribute<DurableClientAttribute>()!));
}
