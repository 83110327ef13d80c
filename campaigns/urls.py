from .launching.urls import urlpatterns as launching
from .leaving.urls import urlpatterns as leaving

app_name = "campaigns"

urlpatterns = [*launching, *leaving]
