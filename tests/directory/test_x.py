async def test_x(there):
    slug,_=await there.organisation()
    r=await there["aylin"].get(f"/o/{slug}/edit")
    print(r.status_code)
