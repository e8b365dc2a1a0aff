using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server;

/// <summary>Options whose limits are attributes, checked at start. What is wrong is named by the full key, as it is written.</summary>
internal static class RoomOptions
{
    public static IServiceCollection AddRoomOptions<T>(this IServiceCollection services, IConfigurationSection section)
        where T : class
    {
        services.AddOptions<T>().Bind(section).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<T>>(new LimitsValidator<T>(section.Path));
    }

    private sealed class LimitsValidator<T>(string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var faults = new List<ValidationResult>();
            return Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(faults.Select(fault => $"{section}:{fault.MemberNames.First()}: {fault.ErrorMessage}"));
        }
    }
}
